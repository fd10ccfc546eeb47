import { canonical } from '@drl/chaincode/model/canonical';
import type { RecordKind } from '@drl/chaincode/model/records/index';
import type { Version } from '@drl/network/block/rwset';
import type { Attestation } from '../ledger/ledger.js';
import { attestationParts } from './attestation.js';
import { BundleError } from './errors.js';
import { ATTESTATIONS, type BundleJson, FORMAT, MAX_BUNDLE_BYTES, type Subject } from './format.js';
import { recordWrites } from './needs.js';
import { placeKey } from './opened.js';
import { type Found, follow, type Need } from './walk.js';

/** What evidence is made from. source.ts makes one of a ledger and its read model. */
export interface EvidenceSource {
  readonly channel: string;
  readonly chaincode: string;
  /** Where the record was last written, or where the transaction is; undefined if there is none that is valid. */
  place(subject: Subject): Promise<Version | undefined>;
  /** Raw common.Block. */
  block(number: bigint): Promise<Uint8Array>;
  /** Signed answers of at least two organisations. */
  attest(transactionId: string): Promise<readonly Attestation[]>;
}

const AT_ONCE = 8;

/** The file that `drl verify` reads: canonical JSON bytes. Undefined: there is no such record or transaction. */
export async function exportEvidence(subject: Subject, source: EvidenceSource): Promise<Buffer | undefined> {
  const place = await source.place(subject);
  if (place === undefined) return undefined;
  const found = await follow(source, await firstNeeds(subject, place, source));
  const file = Buffer.from(canonical(await toJson(subject, source, found)));
  if (file.length > MAX_BUNDLE_BYTES) throw new BundleError('TOO_LARGE', `${file.length} bytes`);
  return file;
}

async function firstNeeds({ kind, id }: Subject, place: Version, source: EvidenceSource): Promise<Need[]> {
  if (kind !== 'transaction') return [{ place, record: { kind, id } }];
  const { transactions } = await follow(source, [{ place }], false);
  const action = transactions.get(placeKey(place.block, place.tx))?.envelope.actions[0];
  const writes = action?.chaincode === source.chaincode ? recordWrites(action) : [];
  if (writes.length === 0) throw new BundleError('SUBJECT', `transaction ${id} wrote no record`);
  return writes.map((record) => ({ place, record }));
}

async function toJson(subject: Subject, source: EvidenceSource, found: Found): Promise<BundleJson> {
  const transactions = [...found.transactions.values()].sort(
    (a, b) => Number(a.place.block - b.place.block) || Number(a.place.tx - b.place.tx),
  );
  const attestations = await inTurn(transactions, ({ id }) => source.attest(id));
  return {
    format: FORMAT,
    channel: source.channel,
    chaincode: source.chaincode,
    subject,
    records: histories(subject, found),
    transactions: transactions.map(({ id, place, at }, i) => ({
      id,
      block: Number(place.block),
      index: Number(place.tx),
      at,
      attestations: (attestations[i] ?? [])
        .slice(0, ATTESTATIONS)
        .map(({ proposal, response }) => base64(attestationParts(proposal, response))),
    })),
    blocks: [...found.blocks.values()]
      .sort((a, b) => Number(a.number - b.number))
      .map(({ number, previousHash, dataHash, envelopes, orderer }) => ({
        number: Number(number),
        previousHash: previousHash.toString('hex'),
        dataHash: dataHash.toString('hex'),
        envelopes: envelopes.map((envelope) => envelope.toString('base64')),
        orderer: number === 0n ? null : base64(orderer),
      })),
  };
}

function histories(subject: Subject, found: Found): BundleJson['records'] {
  const first = `${subject.kind}/${subject.id}`;
  return [...found.records.entries()]
    .sort(([a], [b]) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1))
    .map(([, { kind, id, versions }]) => ({
      kind: kind satisfies RecordKind,
      id,
      versions: [...versions.entries()].sort(([a], [b]) => a - b).map(([, version]) => version),
    }));
}

function base64<K extends string>(parts: Readonly<Record<K, Buffer>>): Record<K, string> {
  return Object.fromEntries(Object.entries<Buffer>(parts).map(([name, bytes]) => [name, bytes.toString('base64')])) as Record<K, string>;
}

/** A few at a time: each question costs every organisation asked a signature. */
async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) answers[i] = await ask(items[i] as T);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return answers;
}
