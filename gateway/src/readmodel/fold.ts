import type { Caller } from '@drl/chaincode/model/caller';
import { partiesOf } from '@drl/chaincode/model/endorsement';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { assetOf } from '@drl/chaincode/model/rules/passing';
import { speakerFault } from '@drl/chaincode/model/rules/terms';
import type { CheckedBlock } from './chain.js';
import { codeName } from './codes.js';
import { type BlockTransaction, type RecordWrite, transactionsOf } from './decode.js';
import { type Act, encode } from './entries.js';
import { faultOf, MAX_WRITES } from './judge.js';
import { BLOCK_LENGTH, hex, keys, order } from './keys.js';
import { strangePolicies } from './policies.js';
import { writeRecord } from './record.js';
import type { Registry } from './registry.js';
import { Standing } from './standing.js';
import { type Batch, type Checkpoint, checkpointValue, FORMAT, type Level } from './store.js';

/** What a batch of blocks came to. */
export interface Tally {
  transactions: number;
  invalid: number;
  ignored: number;
}

const EMPTY = Buffer.alloc(0);

/**
 * Blocks to entries: a pure function of the blocks. No clock, no local order and no size of a batch shows in what is written, so that
 * two stores made from the same blocks are equal byte for byte (fsck.ts).
 */
export class Fold {
  readonly #db: Level;
  #batch: Batch;
  readonly #standing: Standing;
  readonly #registry: Registry;
  readonly #chaincode: string;
  #checkpoint: Checkpoint | undefined;

  constructor(db: Level, registry: Registry, chaincode: string, checkpoint: Checkpoint | undefined) {
    this.#db = db;
    this.#batch = db.batch();
    this.#standing = new Standing(db);
    this.#registry = registry;
    this.#chaincode = chaincode;
    this.#checkpoint = checkpoint;
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  /** Adds the blocks' entries and the checkpoint after them to the batch. */
  async add(blocks: readonly CheckedBlock[]): Promise<Tally> {
    const decoded = blocks.map((block) => transactionsOf(block, this.#chaincode));
    await this.#standing.fetch(decoded.flat());
    const tally = { transactions: 0, invalid: 0, ignored: 0 };
    blocks.forEach((block, i) => void this.#block(block, decoded[i] ?? [], tally));
    this.#batch.put(keys.checkpoint, checkpointValue(this.#checkpoint as Checkpoint));
    return tally;
  }

  /** Hands over the batch. Its entries are known here until the next one is handed over, which must not be before it is written. */
  take(): Batch {
    const batch = this.#batch;
    this.#batch = this.#db.batch();
    this.#standing.turn();
    return batch;
  }

  close(): Promise<void> {
    return this.#batch.close();
  }

  #block(block: CheckedBlock, transactions: readonly BlockTransaction[], tally: Tally): void {
    let time = this.#checkpoint?.time ?? 0;
    const filed: number[] = [];
    const blockHex = hex(block.number, BLOCK_LENGTH);
    for (const tx of transactions) {
      const caller = tx.certified && this.#registry.resolve(tx.certified);
      const acts = this.#judge(tx, caller, block.number, blockHex);
      // A private write is endorsed by the parties alone, and so must not move the ledger's time.
      const counts = acts.some((act) => act.k !== undefined && (act.o === 'done' || act.o === 'refused'));
      // What did not count is filed under the ledger's time: its own is only a claim.
      const at = counts ? tx.at : time;
      time = Math.max(time, at);
      filed.push(at);
      this.#file(tx, order(at, block.number, tx.index, 0), caller, acts);
      tally.transactions++;
      if (!tx.valid) tally.invalid++;
      tally.ignored += acts.filter((act) => act.o === 'ignored').length;
    }
    this.#batch.put(keys.block(block.number), Buffer.from(JSON.stringify({ hash: block.headerHash, time, filed })));
    this.#checkpoint = { block: block.number, headerHash: block.headerHash, time };
    if (block.number === 0) this.#batch.put(keys.format, Buffer.from(FORMAT));
  }

  #judge(tx: BlockTransaction, caller: Caller | undefined, block: number, blockHex: string): Act[] {
    if (!tx.valid) {
      if (!tx.ours) return [];
      const clause = codeName(tx.code);
      const touched = tx.writes.length > 0 ? tx.writes : tx.policies.map(keyAlone);
      return touched.length === 0
        ? [{ o: 'invalid', c: clause }]
        : touched.slice(0, MAX_WRITES).map((write) => failed('invalid', write, clause));
    }
    if (tx.malformed) return [{ o: 'ignored', c: 'MALFORMED' }];
    const writes = tx.writes.slice(0, MAX_WRITES);
    // All are held against what stood before the transaction; only then does any of them take its place.
    const judged = writes.map((write) => {
      const before = this.#standing.held(write.kind, write.id);
      const fault = faultOf(write, tx, before?.record, caller, (next) => this.#standing.related(next, tx.at, tx.writes));
      return { write, before, fault };
    });
    const strange = strangePolicies(tx, this.#registry).map((key) => failed('ignored', keyAlone(key), 'POLICY'));
    const acts = judged.map(({ write: { record, value, ...write }, before, fault }, i) => {
      if (fault !== undefined || record === undefined) return failed('ignored', { ...write, record }, fault ?? 'SCHEMA');
      const at = before?.order ?? order(tx.at, block, tx.index, i);
      writeRecord(this.#batch, this.#standing, { record, value, block, blockHex, order: at, before });
      this.#registry.take(record);
      return done(record, caller);
    });
    return [...acts, ...strange, ...this.#termsAct(tx, caller)];
  }

  #termsAct({ terms }: BlockTransaction, caller: Caller | undefined): Act[] {
    if (terms === undefined) return [];
    const grant = this.#standing.held('grant', terms)?.record;
    const fault = grant === undefined ? 'NOT_FOUND' : caller === undefined ? 'CALLER' : speakerFault(grant, caller);
    return [{ o: fault === undefined ? 'done' : 'ignored', a: grant?.asset, g: terms, ...(fault === undefined ? {} : { c: fault }) }];
  }

  #file(tx: BlockTransaction, at: string, caller: Caller | undefined, acts: readonly Act[]): void {
    const dep = caller?.department ?? tx.certified?.department ?? '';
    const cus = tx.certified?.custodian;
    const name = tx.certified?.name ?? '';
    const stored = {
      id: tx.id,
      at: tx.at,
      code: tx.code,
      msp: tx.mspId,
      name,
      dep,
      ...(cus === undefined ? {} : { cus }),
      act: tx.action,
      acts,
    };
    this.#batch.put(keys.transaction(at), encode(stored));
    for (const key of trailKeys(dep, name, acts)) this.#batch.put(key + at, EMPTY);
    // Two transactions may claim one id (DUPLICATE_TXID): the valid one has it, else the first.
    if (tx.id === '' || (!tx.valid && this.#standing.isTaken(tx.id))) return;
    this.#standing.takes(tx.id);
    this.#batch.put(keys.transactionId(tx.id), Buffer.from(at, 'latin1'));
  }
}

/** Index prefixes of the trail under which a transaction is found. */
function trailKeys(department: string, person: string, acts: readonly Act[]): Set<string> {
  const found = new Set<string>();
  if (acts.length === 0) return found;
  if (department !== '') found.add(keys.trail('department', department));
  if (person !== '') found.add(keys.trail('person', person));
  for (const act of acts) {
    if (act.a !== undefined) found.add(keys.trail('asset', act.a));
    if (act.g !== undefined) found.add(keys.trail('grant', act.g));
    if (act.p !== undefined) found.add(keys.trail('purpose', act.p));
    for (const concerned of act.d ?? []) found.add(keys.trail('concerns', concerned));
    if (act.o !== 'done') found.add(keys.trail('outcome', act.o));
  }
  return found;
}

function done(record: LedgerRecord, caller: Caller | undefined): Act {
  const subject = { k: record.kind, i: record.id, v: record.version, ...about(record), d: concerned(record, caller) };
  if (record.kind === 'refusal') return { o: 'refused', ...subject, c: record.clause };
  if (record.kind === 'audit-query' && record.outcome === 'refused') return { o: 'refused', ...subject };
  return { o: 'done', ...subject };
}

function failed(outcome: 'invalid' | 'ignored', write: Omit<RecordWrite, 'value'>, clause: string): Act {
  const subject = { o: outcome, k: write.kind, i: write.id, v: write.version };
  return { ...subject, ...(write.record === undefined ? aboutKey(write) : about(write.record)), c: clause };
}

/** Undefined members are left out when it is written. */
function about(record: LedgerRecord): Pick<Act, 'a' | 'g' | 'p'> {
  if (record.kind === 'dispute') return { a: record.assets[0], g: record.subject.kind === 'grant' ? record.subject.id : undefined };
  return {
    a: record.kind === 'asset' ? record.id : assetOf(record),
    g: record.kind === 'grant' ? record.id : 'grant' in record ? record.grant : undefined,
    p: 'purpose' in record ? record.purpose : undefined,
  };
}

function concerned(record: LedgerRecord, caller: Caller | undefined): string[] | undefined {
  const { any = [], all = [] } = partiesOf(record);
  const others = [...new Set([...any, ...all])].filter((department) => department !== caller?.department);
  return others.length === 0 ? undefined : others.sort();
}

/** A key of which nothing but its policy was touched. */
const keyAlone = ({ kind, id }: Pick<RecordWrite, 'kind' | 'id'>) => ({ kind, id, isDelete: false, record: undefined, version: 0 });

function aboutKey({ kind, id }: Pick<RecordWrite, 'kind' | 'id'>): Pick<Act, 'a' | 'g'> {
  return kind === 'asset' ? { a: id } : kind === 'grant' ? { g: id } : {};
}
