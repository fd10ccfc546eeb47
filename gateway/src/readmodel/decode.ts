import { callerFromCertificate } from '@drl/chaincode/certificate';
import type { CertifiedCaller } from '@drl/chaincode/model/caller';
import { splitKey } from '@drl/chaincode/model/keys';
import { type LedgerRecord, type RecordKind, records } from '@drl/chaincode/model/records/index';
import { termsNamed } from '@drl/chaincode/model/records/terms';
import type { ActionView } from '@drl/network/block/action';
import { type EnvelopeView, HeaderType, readEnvelope } from '@drl/network/block/read';
import type { MetadataWrite } from '@drl/network/block/rwset';
import type { CheckedBlock } from './chain.js';
import { VALID } from './codes.js';
import { clampTime } from './keys.js';

/** What a block says, before it is held against what came before: pure, so that it can run ahead of the writing. */

export interface BlockTransaction {
  readonly index: number;
  readonly code: number;
  readonly valid: boolean;
  /** Empty where the envelope names none that could be one. */
  readonly id: string;
  /** The client's clock, in milliseconds, as it claims. */
  readonly at: number;
  /** The same as a contract writes it. */
  readonly iso: string;
  readonly mspId: string;
  /** Absent where the certificate cannot be read. */
  readonly certified: CertifiedCaller | undefined;
  readonly action: string;
  /** It speaks to our chaincode, or nobody can tell to which. */
  readonly ours: boolean;
  readonly malformed: boolean;
  readonly writes: readonly RecordWrite[];
  readonly policies: readonly PolicyWrite[];
  /** The grant whose confidential terms it writes or purges: private data, of which no record tells. */
  readonly terms?: string | undefined;
}

/** A record's key is given a policy of its own: undefined takes it away. */
export interface PolicyWrite {
  readonly kind: RecordKind;
  readonly id: string;
  readonly policy: Buffer | undefined;
}

export interface RecordWrite {
  readonly kind: RecordKind;
  readonly id: string;
  readonly isDelete: boolean;
  readonly value: Buffer;
  /** Undefined where the value is not what the schema says. */
  readonly record: LedgerRecord | undefined;
  /** What the value claims, for the name of one that failed. */
  readonly version: number;
}

const TRANSACTION_ID = /^[0-9a-f]{64}$/;

export function transactionsOf(block: CheckedBlock, chaincode: string): BlockTransaction[] {
  return block.view.envelopes.map((bytes, index) => transactionOf(bytes, index, block.codes[index] as number, chaincode));
}

function transactionOf(bytes: Buffer, index: number, code: number, chaincode: string): BlockTransaction {
  const valid = code === VALID;
  const unread = {
    index,
    code,
    valid,
    id: '',
    at: 0,
    iso: '',
    mspId: '',
    certified: undefined,
    action: '',
    ours: true,
    malformed: true,
    writes: [],
    policies: [],
  };
  let read: Omit<BlockTransaction, 'writes' | 'policies' | 'action' | 'ours' | 'malformed'> | undefined;
  try {
    const envelope = readEnvelope(bytes);
    const id = TRANSACTION_ID.test(envelope.txId) ? envelope.txId : '';
    const at = timeOf(envelope);
    read = { index, code, valid, id, at, iso: new Date(at).toISOString(), ...signerOf(envelope) };
    if (envelope.type !== HeaderType.ENDORSER_TRANSACTION)
      return { ...read, action: '', ours: false, malformed: false, writes: [], policies: [] };
    return { ...read, ...actionOf(envelope.actions[0], chaincode) };
  } catch {
    // An invalid transaction may be anything at all. A valid one that we cannot read is named as ignored (judge.ts).
    return { ...unread, ...read };
  }
}

type Acted = Pick<BlockTransaction, 'action' | 'ours' | 'malformed' | 'writes' | 'policies' | 'terms'>;

function actionOf(action: ActionView | undefined, chaincode: string): Acted {
  if (action === undefined) return { action: '', ours: true, malformed: true, writes: [], policies: [] };
  const sets = action.rwset.filter((set) => set.namespace === chaincode);
  const writes = sets.flatMap((set) => set.writes).flatMap((write) => recordWrite(write.key, write.isDelete, write.value) ?? []);
  const policies = sets.flatMap((set) => set.metadataWrites).flatMap((write) => policyWrite(write) ?? []);
  const ours = action.chaincode === chaincode;
  const asked = plain(action.args[0]?.toString('utf8') ?? '');
  return {
    action: ours ? asked : plain(`${action.chaincode}/${asked}`),
    ours: ours || writes.length > 0,
    malformed: false,
    writes,
    policies,
    terms: ours && sets.some(({ collections }) => collections.some((c) => c.writes.length > 0)) ? termsOf(action) : undefined,
  };
}

function termsOf({ args: [name, argument] }: ActionView): string | undefined {
  if (!['terms:write', 'terms:purge'].includes(name?.toString('utf8') ?? '')) return undefined;
  const named = parse(argument ?? Buffer.alloc(0)) as { readonly input?: unknown } | null | undefined;
  return termsNamed.safeParse(named?.input).data?.grant;
}

/** fabric core/common/ccprovider: the metadata under this name is the key's endorsement policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

function policyWrite({ key, entries }: MetadataWrite): PolicyWrite | undefined {
  const [kind, id, ...more] = splitKey(key);
  if (kind === undefined || id === undefined || more.length > 0 || !isKind(kind)) return undefined;
  return { kind, id, policy: entries.find(({ name }) => name === VALIDATION_PARAMETER)?.value };
}

/** Index keys of the contracts (chaincode/model/keys.ts) are not records: the read model makes its own indexes from the records alone. */
function recordWrite(key: string, isDelete: boolean, value: Buffer): RecordWrite | undefined {
  const [kind, id, ...more] = splitKey(key);
  if (kind === undefined || id === undefined || more.length > 0 || !isKind(kind)) return undefined;
  if (isDelete || value.length === 0) return { kind, id, isDelete: true, value, record: undefined, version: 0 };
  const json = parse(value);
  const checked = records[kind].safeParse(json);
  const claimed = (json as { version?: unknown } | null | undefined)?.version;
  const version = Number.isSafeInteger(claimed) ? (claimed as number) : 0;
  return { kind, id, isDelete: false, value, record: checked.success ? checked.data : undefined, version };
}

function isKind(name: string): name is RecordKind {
  return Object.hasOwn(records, name);
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}

type Signer = Pick<BlockTransaction, 'mspId' | 'certified'>;

/**
 * The same few people sign nearly everything, and a certificate costs more to parse, even to make a string of, than all else of an envelope:
 * they are found by a few bytes of the certificate's signature, and compared whole.
 */
const signers = new Map<string, { readonly creator: Buffer; readonly signer: Signer }>();
const SIGNERS = 2000;

function signerOf(envelope: EnvelopeView): Signer {
  const creator = envelope.creatorBytes;
  const mark = creator.toString('latin1', creator.length - 100, creator.length - 50);
  const known = signers.get(mark);
  if (known?.creator.equals(creator)) return known.signer;
  const { mspId, certificate } = envelope.creator;
  const signer = { mspId, certified: certifiedOf(certificate, mspId) };
  if (signers.size >= SIGNERS) signers.clear();
  // A copy: the bytes given are a slice of a whole block.
  signers.set(mark, { creator: Buffer.from(creator), signer });
  return signer;
}

function certifiedOf(certificate: string, mspId: string): CertifiedCaller | undefined {
  try {
    return callerFromCertificate(certificate, mspId);
  } catch {
    return undefined;
  }
}

function timeOf(envelope: EnvelopeView): number {
  return clampTime(Number(envelope.seconds) * 1000 + Math.floor(envelope.nanos / 1e6));
}

/** What a stranger wrote, short and on one line. */
function plain(text: string): string {
  return text.slice(0, 100).replace(/\p{Cc}/gu, ' ');
}
