import { canonical } from '@drl/chaincode/model/canonical';
import { newId, recordKey } from '@drl/chaincode/model/keys';
import { type LedgerRecord, type RecordKind, records } from '@drl/chaincode/model/records/index';
import type { Version } from '@drl/network/block/rwset';
import { BundleError } from '../errors.js';
import type { Bundle } from '../format.js';
import { actionOf, type Opened, type OpenedTransaction } from '../opened.js';
import { readOf, writeOf } from '../rwset.js';

/** One version of a record, held against the transaction that wrote it. */
export interface ProvenVersion {
  readonly record: LedgerRecord;
  readonly previous: LedgerRecord | undefined;
  readonly key: string;
  readonly transaction: OpenedTransaction;
}

/** Each record shown is, byte for byte, what its transaction wrote under the record's key, and each version was written over the one before. */
export function contents(opened: Opened): ProvenVersion[][] {
  return opened.bundle.records.map((history) => {
    const versions: ProvenVersion[] = [];
    for (const [i, { transaction: id, record }] of history.versions.entries()) {
      const transaction = opened.transactions.get(id);
      if (transaction === undefined) throw new BundleError('MISSING', `transaction ${id}`);
      const before = versions[i - 1];
      const version = {
        record: shown(opened, history, i + 1, record, transaction),
        previous: before?.record,
        key: keyOf(history),
        transaction,
      };
      follows(opened, history, before, version);
      versions.push(version);
    }
    return versions;
  });
}

type History = Pick<Bundle['records'][number], 'kind' | 'id'>;

function keyOf({ kind, id }: History): string {
  try {
    return recordKey(kind, id);
  } catch {
    throw new BundleError('FORMAT', `${kind}: an id that no record can have`);
  }
}

function shown(opened: Opened, history: History, version: number, record: unknown, transaction: OpenedTransaction): LedgerRecord {
  const what = `${history.kind} ${history.id} version ${version}`;
  const parsed = records[history.kind].safeParse(record);
  if (!parsed.success) throw new BundleError('CONTENT', `${what} is not such a record: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  const { kind, id, version: own } = parsed.data;
  if (kind !== history.kind || id !== history.id || own !== version)
    throw new BundleError('CONTENT', `${what} is another record or version`);
  const written = writeOf(actionOf(transaction).rwset, opened.bundle.chaincode, keyOf(history));
  // The record as shown, not as parsed: a schema could drop or default something.
  if (written === undefined || !written.equals(Buffer.from(canonical(record)))) throw new BundleError('CONTENT', what);
  return parsed.data;
}

function follows(opened: Opened, history: History, before: ProvenVersion | undefined, version: ProvenVersion): void {
  const read = readOf(actionOf(version.transaction).rwset, opened.bundle.chaincode, version.key);
  const what = `${history.kind} ${history.id} version ${version.record.version}`;
  if (before === undefined) {
    // Nothing was there: it looked and found nothing, or the id is made of the transaction's own.
    if (read?.version !== undefined || (read === undefined && !isFresh(history, version.transaction.entry.id)))
      throw new BundleError('VERSIONS', `${what} does not show that nothing was there before`);
  } else if (!isAt(read?.version, before.transaction)) throw new BundleError('VERSIONS', `${what} was not written over the one before`);
}

function isFresh({ kind, id }: History, transactionId: string): boolean {
  return (
    kind !== 'settings' &&
    kind !== 'department' &&
    kind !== 'data-element' &&
    kind !== 'plan' &&
    newId(kind satisfies RecordKind, transactionId) === id
  );
}

function isAt(version: Version | undefined, { entry }: OpenedTransaction): boolean {
  return version !== undefined && version.block === BigInt(entry.block) && version.tx === BigInt(entry.index);
}
