import './quiet';
import { createHash, randomBytes } from 'node:crypto';
import { contracts } from '@drl/chaincode';
import { endorserClock } from '@drl/chaincode/clock';
import { canonical } from '@drl/chaincode/model/canonical';
import { type EndorserContext, endorsersFor } from '@drl/chaincode/model/endorsers';
import { RULE_ERROR_PREFIX, type RuleCode, type RuleErrorJson } from '@drl/chaincode/model/errors';
import { ownCollection, recordKey, splitKey } from '@drl/chaincode/model/keys';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { buildProposal, serializedIdentity } from '@drl/network/block/build';
import { type Principal, parsePolicy, readPolicy, satisfied } from '@drl/network/block/policy';
import { peer } from '@hyperledger/fabric-protos';
import { JSONSerializer } from 'fabric-contract-api';
import { ChaincodeStub } from 'fabric-shim';
import type { Person } from './people';

const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract');

/**
 * A ledger in memory, for the contracts alone: fabric-shim's own dispatch and stub over a map. As on a peer, a transaction reads committed
 * state only, its reads and ranges are checked again when it commits, and each key's endorsement policy is held against those that
 * `endorsersFor` names.
 */
export class Refused extends Error {
  constructor(readonly detail: RuleErrorJson) {
    super(`${detail.code} ${canonical(detail)}`);
  }
  get code(): RuleCode {
    return this.detail.code;
  }
}

interface Entry {
  readonly value: string;
  readonly version: number;
  readonly policy?: Buffer;
}
export interface Simulation {
  readonly name: TransactionName;
  readonly answer: string;
  readonly transactionId: string;
  readonly reads: ReadonlyMap<string, number>;
  readonly ranges: readonly { readonly from: string; readonly to: string; readonly keys: string }[];
  readonly writes: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, Buffer>;
  readonly hashedReads: ReadonlyMap<string, number>;
  /** By collection and key; undefined: purged. */
  readonly privateWrites: ReadonlyMap<string, Buffer | undefined>;
  readonly event: { readonly name: string; readonly payload: string } | undefined;
  readonly endorsers: readonly string[];
}
export type Verdict = 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT' | 'ENDORSEMENT_POLICY_FAILURE';

export interface Options {
  readonly at?: Date;
  /** The same nonce makes the same transaction id. */
  readonly nonce?: Buffer;
  readonly requestId?: string;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** Whose peer simulates; absent: the caller's own. */
  readonly peer?: string;
  /** In place of what endorsersFor says. */
  readonly endorsers?: readonly string[];
  /** The contest that a ruling upholds, as endorsersFor is told. */
  readonly contest?: RecordOf<'contest'>;
}

const chaincode = new ChaincodeFromContract([...contracts], {
  transaction: 'jsonSerializer',
  serializers: { jsonSerializer: JSONSerializer },
});

const MANAGER = 'BureauMSP';
const DEPARTMENTS = ['PoliceMSP', 'SocialMSP', 'AgenciesMSP'];
const CHAINCODE_POLICY = `AND('${MANAGER}.peer', OR(${DEPARTMENTS.map((mspId) => `'${mspId}.peer'`).join(', ')}))`;

export class TestLedger {
  readonly state = new Map<string, Entry>();
  /** By collection and key. What is held of it where is the handler's to say. */
  readonly privateState = new Map<string, { readonly value: Buffer; readonly version: number }>();
  now: Date;
  #height = 0;

  constructor(now = new Date('2026-03-02T02:00:00.000Z')) {
    this.now = now;
  }

  /** The same ledger once more, to go its own way: random walks need not found a city each. */
  fork(): TestLedger {
    const copy = new TestLedger(this.now);
    for (const [key, entry] of this.state) copy.state.set(key, entry);
    for (const [key, entry] of this.privateState) copy.privateState.set(key, entry);
    copy.#height = this.#height;
    return copy;
  }

  /** Simulates and commits; what does not commit as valid throws. Answers the record that the contract answered. */
  async submit<N extends TransactionName>(name: N, input: TransactionInput<N>, by: Person, options: Options = {}): Promise<LedgerRecord> {
    const simulation = await this.simulate(name, input, by, options);
    const verdict = this.commit(simulation);
    if (verdict !== 'VALID') throw new Error(`${name}: ${verdict} ${simulation.endorsers}`);
    return JSON.parse(simulation.answer);
  }

  async write<K extends RecordKind, N extends TransactionName>(
    kind: K,
    name: N,
    input: TransactionInput<N>,
    by: Person,
    options: Options = {},
  ) {
    const record = await this.submit(name, input, by, options);
    if (record.kind !== kind) throw new Error(`${name} answered a ${record.kind}: ${canonical(record)}`);
    return record as RecordOf<K>;
  }

  async simulate<N extends TransactionName>(name: N, input: TransactionInput<N>, by: Person, options: Options = {}): Promise<Simulation> {
    const argument = canonical({ input, ...(options.requestId === undefined ? {} : { requestId: options.requestId }) });
    const invoked = await this.invoke([name, argument], by, options);
    const context: EndorserContext = {
      settings: { managerMspId: MANAGER, departmentMspIds: DEPARTMENTS },
      callerMspId: by.mspId,
      mspOf: (id) => this.get('department', id)?.mspId,
      record: this.touched(name, input),
      contest: options.contest,
      leaving: name === 'department:passOn' ? (input as { from: string }).from : undefined,
      input,
    };
    return { name, ...invoked, endorsers: options.endorsers ?? endorsersFor(name, context) };
  }

  /** The record that a transaction changes, by what its input names. */
  private touched(name: TransactionName, input: object): LedgerRecord | undefined {
    const kind = name.split(':')[0] as RecordKind;
    if (name === 'settings:set') return this.get('settings', 'settings');
    if (name === 'department:passOn') return this.get((input as { record: RecordKind }).record, (input as { id: string }).id);
    if (name.startsWith('terms:')) return this.get('grant', (input as { grant: string }).grant);
    const id = name === 'share:commit' ? (input as { share?: string }).share : 'id' in input ? String(input.id) : undefined;
    return id === undefined || name === 'department:admit' ? undefined : this.get(kind, id);
  }

  /** The refusal's code, or the status of the record that was answered: what a walk compares with its model. */
  async outcome<N extends TransactionName>(name: N, input: TransactionInput<N>, by: Person, options: Options = {}): Promise<string> {
    try {
      const { kind, status } = await this.submit(name, input, by, options);
      return kind === 'refusal' ? `refusal ${this.all('refusal').at(-1)?.clause}` : status;
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  }

  async evaluate(name: string, input: unknown, by: Person): Promise<string> {
    return (await this.invoke([name, canonical({ input })], by, {})).answer;
  }

  /** Runs raw arguments through the dispatch, without committing. */
  async invoke(args: readonly string[], by: Person, { at = this.now, nonce = randomBytes(24), transient, peer: home = by.mspId }: Options) {
    endorserClock.now = () => this.now.getTime();
    const proposal = buildProposal({
      channelId: 'data-rights',
      chaincode: 'drl',
      args,
      creator: serializedIdentity(by.mspId, by.pem),
      nonce,
      timestamp: at,
      ...(transient ? { transient } : {}),
    });
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal.bytes);
    const input = new peer.ChaincodeInput();
    input.setArgsList(args.map((arg) => Buffer.from(arg)));
    const handler = new Handler(this.state, this.privateState, home);
    const Stub = ChaincodeStub as unknown as new (
      ...args: unknown[]
    ) => { chaincodeEvent?: { getEventName(): string; getPayload_asU8(): Uint8Array } };
    const stub = new Stub(handler, 'data-rights', proposal.txId, input, signed);
    const response = await chaincode.Invoke(stub);
    if (response.status !== 200) {
      const message = String(response.message);
      throw message.startsWith(RULE_ERROR_PREFIX) ? new Refused(JSON.parse(message.slice(RULE_ERROR_PREFIX.length))) : new Error(message);
    }
    const event = stub.chaincodeEvent && {
      name: stub.chaincodeEvent.getEventName(),
      payload: Buffer.from(stub.chaincodeEvent.getPayload_asU8()).toString(),
    };
    const { reads, ranges, writes, policies, hashedReads, privateWrites } = handler;
    const sets = { reads, ranges, writes, policies, hashedReads, privateWrites };
    return { answer: Buffer.from(response.payload).toString(), transactionId: proposal.txId, ...sets, event };
  }

  commit({ reads, ranges, writes, policies, hashedReads, privateWrites, endorsers }: Simulation): Verdict {
    const signers = endorsers.map((mspId) => ({
      id: mspId,
      satisfies: (principal: Principal) => principal.kind === 'role' && principal.mspId === mspId && principal.role === 'peer',
    }));
    for (const key of new Set([...writes.keys(), ...policies.keys()])) {
      const policy = this.state.get(key)?.policy;
      if (!satisfied(policy ? readPolicy(policy) : parsePolicy(CHAINCODE_POLICY), signers)) return 'ENDORSEMENT_POLICY_FAILURE';
    }
    // A collection's own policy, its organisation's endorsement, stands in for the chaincode's.
    for (const key of privateWrites.keys())
      if (!endorsers.some((mspId) => key.startsWith(`${ownCollection(mspId)}/`))) return 'ENDORSEMENT_POLICY_FAILURE';
    const silent = writes.size + policies.size + privateWrites.size === 0;
    if (silent && !satisfied(parsePolicy(CHAINCODE_POLICY), signers)) return 'ENDORSEMENT_POLICY_FAILURE';
    for (const [key, version] of hashedReads) if ((this.privateState.get(key)?.version ?? -1) !== version) return 'MVCC_READ_CONFLICT';
    for (const [key, version] of reads) if ((this.state.get(key)?.version ?? -1) !== version) return 'MVCC_READ_CONFLICT';
    for (const { from, to, keys } of ranges) if (rangeOf(this.state, from, to).join() !== keys) return 'PHANTOM_READ_CONFLICT';
    const version = this.#height++;
    for (const [key, value] of writes) {
      const policy = policies.get(key) ?? this.state.get(key)?.policy;
      this.state.set(key, { value, version, ...(policy ? { policy } : {}) });
    }
    for (const [key, value] of privateWrites) {
      if (value === undefined) this.privateState.delete(key);
      else this.privateState.set(key, { value, version });
    }
    return 'VALID';
  }

  get<K extends RecordKind>(kind: K, id: string): RecordOf<K> | undefined {
    const entry = this.state.get(recordKey(kind, id));
    return entry && JSON.parse(entry.value);
  }

  all<K extends RecordKind>(kind: K): RecordOf<K>[] {
    return [...this.state].filter(([key]) => splitKey(key)[0] === kind).map(([, { value }]) => JSON.parse(value));
  }

  keys(type: string): string[] {
    return [...this.state.keys()].filter((key) => splitKey(key)[0] === type);
  }
}

/** Keys order by UTF-8 bytes, not by UTF-16. */
function rangeOf(state: ReadonlyMap<string, Entry>, from: string, to: string): string[] {
  const [first, end] = [Buffer.from(from), Buffer.from(to)];
  return [...state.keys()]
    .map((key) => Buffer.from(key))
    .filter((key) => Buffer.compare(key, first) >= 0 && Buffer.compare(key, end) < 0)
    .sort(Buffer.compare)
    .map(String);
}

/** What fabric-shim's stub asks of its peer. */
class Handler {
  readonly reads = new Map<string, number>();
  readonly ranges: { from: string; to: string; keys: string }[] = [];
  readonly writes = new Map<string, string>();
  readonly policies = new Map<string, Buffer>();
  readonly hashedReads = new Map<string, number>();
  readonly privateWrites = new Map<string, Buffer | undefined>();

  constructor(
    private readonly state: ReadonlyMap<string, Entry>,
    private readonly held: TestLedger['privateState'],
    /** The organisation whose peer this is. */
    private readonly home: string,
  ) {}

  async handleGetState(collection: string, key: string): Promise<Buffer> {
    if (collection !== '') return this.getPrivate(collection, key);
    const entry = this.state.get(key);
    this.reads.set(key, entry?.version ?? -1);
    return Buffer.from(entry?.value ?? '');
  }

  private getPrivate(collection: string, key: string): Buffer {
    if (collection !== ownCollection(this.home)) throw new Error(`private data of ${collection} is not held here`);
    const entry = this.held.get(`${collection}/${key}`);
    this.hashedReads.set(`${collection}/${key}`, entry?.version ?? -1);
    return entry?.value ?? Buffer.alloc(0);
  }

  /** Every peer has the hashes. */
  async handleGetPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    const entry = this.held.get(`${collection}/${key}`);
    this.hashedReads.set(`${collection}/${key}`, entry?.version ?? -1);
    return entry ? createHash('sha256').update(entry.value).digest() : Buffer.alloc(0);
  }

  async handlePurgeState(collection: string, key: string): Promise<void> {
    this.privateWrites.set(`${collection}/${key}`, undefined);
  }

  async handlePutState(collection: string, key: string, value: Uint8Array): Promise<void> {
    if (value.length === 0) throw new Error('an empty value is a deletion');
    if (collection !== '') {
      this.privateWrites.set(`${collection}/${key}`, Buffer.from(value));
      return;
    }
    this.writes.set(key, Buffer.from(value).toString());
  }

  async handlePutStateMetadata(_collection: string, key: string, name: string, value: Uint8Array): Promise<void> {
    if (!this.writes.has(key)) throw new Error('a policy set before its key is put is dropped');
    if (name !== 'VALIDATION_PARAMETER') throw new Error(`unknown metadata ${name}`);
    this.policies.set(key, Buffer.from(value));
  }

  async handleGetStateByRange(_collection: string, from: string, to: string) {
    const keys = rangeOf(this.state, from, to);
    this.ranges.push({ from, to, keys: keys.join() });
    let at = 0;
    const iterator = {
      next: async () => {
        const key = keys[at++];
        return key === undefined ? { done: true } : { done: false, value: { key, value: Buffer.from(this.state.get(key)?.value ?? '') } };
      },
      close: async () => undefined,
    };
    return { iterator };
  }
}
