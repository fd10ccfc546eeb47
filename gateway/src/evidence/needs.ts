import { splitKey } from '@drl/chaincode/model/keys';
import { type RecordKind, records } from '@drl/chaincode/model/records/index';
import type { ActionView } from '@drl/network/block/action';
import type { Version } from '@drl/network/block/rwset';
import { type DefinitionField, definitionKey, LIFECYCLE } from './lifecycle.js';
import { at, readOf, writeOf } from './rwset.js';

/**
 * What a transaction stood on, told by the transaction itself: each read names the place of the transaction that last touched the key, value or
 * metadata, and the ledger takes no transaction whose reads are out of date. Exporter and verifier follow the same function, so a bundle holds exactly this.
 */
export interface RecordNeed {
  readonly kind: RecordKind;
  readonly id: string;
  readonly place: Version;
}

/** The records that it read, each at the place where it was written. */
export function recordNeeds(action: ActionView): RecordNeed[] {
  return [...(at(action.rwset, action.chaincode)?.reads.values() ?? [])].flatMap(({ key, version }) => {
    const record = recordOfKey(key);
    return record && version ? [{ ...record, place: version }] : [];
  });
}

/** The records that it wrote. */
export function recordWrites(action: ActionView): { readonly kind: RecordKind; readonly id: string }[] {
  return [...(at(action.rwset, action.chaincode)?.writes.keys() ?? [])].flatMap((key) => recordOfKey(key) ?? []);
}

function recordOfKey(key: string): { kind: RecordKind; id: string } | undefined {
  const [kind, id, ...more] = splitKey(key);
  return kind !== undefined && id !== undefined && more.length === 0 && Object.hasOwn(records, kind)
    ? { kind: kind as RecordKind, id }
    : undefined;
}

/** The fields of a definition that a proof looks at. */
export const definitionFields = ['ValidationInfo', 'EndorsementInfo'] as const;

/** Where the definition that it ran under was committed; undefined if it does not say. */
export function definitionNeed(action: ActionView): Version | undefined {
  return readOf(action.rwset, LIFECYCLE, definitionKey(action.chaincode, 'Sequence'))?.version;
}

/** A definition writes only the fields that it changes: where an unchanged one was last written, as its commit read it. */
export function fieldNeed(commit: ActionView, chaincode: string, field: DefinitionField): Version | undefined {
  const key = definitionKey(chaincode, field);
  return writeOf(commit.rwset, LIFECYCLE, key) === undefined ? readOf(commit.rwset, LIFECYCLE, key)?.version : undefined;
}
