import { recordKey } from '@drl/chaincode/model/keys';
import type { RecordKind } from '@drl/chaincode/model/records/index';
import { message, pair } from '@drl/network/block/action';
import { EvidenceError } from '@drl/network/block/errors';
import { type BlockView, type EnvelopeView, HeaderType, readBlock, readEnvelope } from '@drl/network/block/read';
import type { Version } from '@drl/network/block/rwset';
import { EMPTY, num, Reader } from '@drl/network/block/wire';
import { LIFECYCLE } from './lifecycle.js';
import { definitionFields, definitionNeed, fieldNeed, recordNeeds } from './needs.js';
import { placeKey } from './opened.js';
import { writeOf } from './rwset.js';
import { idOf, timeOf } from './steps/open.js';

/** A transaction that the proof needs, and the record that is looked for there. */
export interface Need {
  readonly place: Version;
  readonly record?: { readonly kind: RecordKind; readonly id: string };
}
export interface Found {
  readonly blocks: ReadonlyMap<bigint, FoundBlock>;
  readonly transactions: ReadonlyMap<string, FoundTransaction>;
  readonly records: ReadonlyMap<string, FoundRecord>;
}
export type FoundBlock = Pick<BlockView, 'number' | 'previousHash' | 'dataHash' | 'envelopes'> & {
  readonly orderer: { readonly metadata: Buffer; readonly header: Buffer; readonly signature: Buffer };
};
export interface FoundTransaction {
  readonly id: string;
  readonly place: Version;
  readonly at: string;
  readonly envelope: EnvelopeView;
}
interface FoundRecord {
  readonly kind: RecordKind;
  readonly id: string;
  readonly versions: Map<number, { readonly transaction: string; readonly record: unknown }>;
}

interface Blocks {
  readonly chaincode: string;
  block(number: bigint): Promise<Uint8Array>;
}

/** From what is asked for to all that it stands on: the transactions themselves say where (needs.ts). */
export async function follow(source: Blocks, needs: readonly Need[], onwards = true): Promise<Found> {
  const blocks = new Map<bigint, FoundBlock>();
  const transactions = new Map<string, FoundTransaction>();
  const records = new Map<string, FoundRecord>();
  const waiting = [...needs];
  for (let need = waiting.pop(); need !== undefined; need = waiting.pop()) {
    const { place, record } = need;
    const block = blocks.get(place.block) ?? readFound(await source.block(place.block));
    blocks.set(place.block, block);
    const key = placeKey(place.block, place.tx);
    const known = transactions.get(key);
    const transaction = known ?? readTransaction(block, place);
    transactions.set(key, transaction);
    if (record) addVersion(records, source.chaincode, transaction, record);
    if (known === undefined && onwards) waiting.push(...next(source.chaincode, transaction, block));
  }
  return { blocks, transactions, records };
}

function next(chaincode: string, { envelope }: FoundTransaction, block: FoundBlock): Need[] {
  const config = { place: { block: lastConfig(block), tx: 0n } };
  const [action] = envelope.actions;
  if (envelope.type !== HeaderType.ENDORSER_TRANSACTION || action === undefined) return [config];
  if (action.chaincode === LIFECYCLE) return [config, ...definitionFields.flatMap((field) => placed(fieldNeed(action, chaincode, field)))];
  const read = recordNeeds(action).map(({ place: at, kind, id }) => ({ place: at, record: { kind, id } }));
  return [config, ...placed(definitionNeed(action)), ...read];
}

function placed(place: Version | undefined): Need[] {
  return place ? [{ place }] : [];
}

function readFound(bytes: Uint8Array): FoundBlock {
  const { number, previousHash, dataHash, envelopes, metadata: all } = readBlock(bytes);
  const { first: metadata, second: signed } = pair(all[0] ?? EMPTY);
  const { first: header, second: signature } = pair(signed);
  return { number, previousHash, dataHash, envelopes, orderer: { metadata, header, signature } };
}

/** The genesis block is its own configuration, whatever its unsigned metadata says. */
function lastConfig({ number, orderer }: FoundBlock): bigint {
  let index = 0n;
  if (number === 0n) return index;
  const r = new Reader(message(orderer.metadata, 1));
  while (r.next()) if (r.tag === num(1)) index = r.uint64();
  return index;
}

function readTransaction(block: FoundBlock, place: Version): FoundTransaction {
  const bytes = block.envelopes[Number(place.tx)];
  if (bytes === undefined) throw new EvidenceError('MALFORMED', `block ${block.number} has no transaction ${place.tx}`);
  const envelope = readEnvelope(bytes);
  return { id: idOf(envelope), place, at: timeOf(envelope), envelope };
}

function addVersion(
  records: Map<string, FoundRecord>,
  chaincode: string,
  { id: transaction, envelope }: FoundTransaction,
  { kind, id }: { readonly kind: RecordKind; readonly id: string },
): void {
  const action = envelope.actions[0];
  const written = action && writeOf(action.rwset, chaincode, recordKey(kind, id));
  if (written === undefined) throw new EvidenceError('MALFORMED', `transaction ${transaction} did not write ${kind} ${id}`);
  const record = JSON.parse(written.toString('utf8')) as { version: number };
  const key = `${kind}/${id}`;
  const held = records.get(key) ?? { kind, id, versions: new Map() };
  held.versions.set(record.version, { transaction, record });
  records.set(key, held);
}
