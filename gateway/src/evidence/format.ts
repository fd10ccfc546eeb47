import type { RecordKind } from '@drl/chaincode/model/records/index';
import { records } from '@drl/chaincode/model/records/index';
import { z } from 'zod';
import { BundleError } from './errors.js';
import { readJson } from './json.js';

/** The evidence file, version 1. FORMAT.md says what each member means and what it is bound to; unknown members are refused at every level. */
export const FORMAT = 'drl-evidence/1';
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;
/** Two organisations' word for each transaction: whoever holds one organisation cannot give both. */
export const ATTESTATIONS = 2;
const MAX_DEPTH = 24;

/** Bytes as base64 in its one canonical form (RFC 4648 section 3.5: no spare bits). */
const bytes = z.string().transform((text, context): Buffer => {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.length === 0 || decoded.toString('base64') !== text) context.addIssue({ code: 'custom', message: 'not canonical base64' });
  return decoded;
});
const number = z.int().min(0);
const txId = z.string().regex(/^[0-9a-f]{64}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const kind = z.enum(Object.keys(records) as [RecordKind, ...RecordKind[]]);
const id = z.string().min(1).max(128);

const attestation = z.strictObject({ proposal: bytes, payload: bytes, endorser: bytes, signature: bytes });

const block = z.strictObject({
  number,
  /** Of the genesis block: empty. */
  previousHash: hash.or(z.literal('')),
  dataHash: hash,
  envelopes: z.array(bytes).min(1).max(100_000),
  /** The one signature that Raft's orderers put on a block. Nobody signs a genesis block. */
  orderer: z.strictObject({ metadata: bytes, header: bytes, signature: bytes }).nullable(),
});

const transaction = z.strictObject({
  id: txId,
  block: number,
  index: number,
  at: z.iso.datetime(),
  attestations: z.array(attestation).length(ATTESTATIONS),
});

const version = z.strictObject({ transaction: txId, record: z.unknown() });
const history = z.strictObject({ kind, id, versions: z.array(version).min(1).max(100_000) });

const bundle = z.strictObject({
  format: z.literal(FORMAT),
  channel: z.string().min(1).max(249),
  chaincode: z.string().min(1).max(100),
  subject: z.strictObject({ kind: z.enum([...kind.options, 'transaction']), id }),
  /** The subject's versions, and those of every record that its transactions read. */
  records: z.array(history).min(1).max(100_000),
  transactions: z.array(transaction).min(1).max(100_000),
  blocks: z.array(block).min(1).max(100_000),
});

export type Bundle = z.infer<typeof bundle>;
/** As it is written: bytes are base64. */
export type BundleJson = z.input<typeof bundle>;
export type BundleBlock = Bundle['blocks'][number];
export type BundleTransaction = Bundle['transactions'][number];
export type BundleAttestation = z.infer<typeof attestation>;
export type Subject = Bundle['subject'];

/** The first step: bytes to a bundle. UNREADABLE if it is not a JSON object that says its format, FORMAT if it is not as the format says. */
export function readBundle(file: Uint8Array): Bundle {
  if (file.length > MAX_BUNDLE_BYTES) throw new BundleError('UNREADABLE', `more than ${MAX_BUNDLE_BYTES} bytes`);
  const json = readJson(file, MAX_DEPTH);
  if (typeof json !== 'object' || json === null || typeof (json as { format?: unknown }).format !== 'string')
    throw new BundleError('UNREADABLE', 'it does not say what format it has');
  const parsed = bundle.safeParse(json);
  if (!parsed.success) throw new BundleError('FORMAT', faults(parsed.error));
  return parsed.data;
}

/** Paths and what is wrong there; never the values, which may be anyone's. */
function faults(error: z.ZodError): string {
  const [first, ...rest] = error.issues;
  const where = first?.path.join('.') || 'the file';
  return `${where}: ${first?.message ?? 'not valid'}${rest.length > 0 ? ` (and ${rest.length} more)` : ''}`;
}
