import { canonical } from '../../canonical.js';
import type { LedgerRecord, RecordKind, RecordOf } from '../../records/index.js';
import { assetOf, bound, codeOfFormer, passed, passedFrom, passesTo, passingOf } from '../passing.js';
import { type ActRule, type Change, manages } from './rule.js';

/** 机构改革: the manager passes a record on to a successor of a dissolved department, and changes nothing else of it. A row for each state of what waits. */
export function passingOn<K extends RecordKind>(kind: K): ActRule<K>[] {
  const passing = passingOf(kind);
  if (passing === undefined) return [];
  const moved = [...passing.bearers.map((path) => path.split('.')[0] as string), ...(passing.drops ?? []), 'formerly'];
  const fields = [...moved, ...(kind === 'asset' ? ['catalogCode'] : [])] as (keyof RecordOf<K> & string)[];
  return passing.states.map((status) => ({
    step: ['department:passOn'],
    who: ['manager'],
    from: [status as RecordOf<K>['status']],
    to: [status as RecordOf<K>['status']],
    fields,
    by: (change) => manages(change) && toSuccessor(change as unknown as Change<RecordKind>),
  }));
}

function toSuccessor({ previous, next, related: { predecessor, asset } }: Change<RecordKind>): boolean {
  const from = passedFrom(previous, next);
  if (previous === undefined || from === undefined || predecessor?.id !== from) return false;
  const only = bound(previous, from, asset?.id === assetOf(previous) ? asset : undefined);
  return (predecessor.succession?.successors ?? []).some(
    (to) => passesTo(predecessor, to) && (only === undefined || only === to) && outcomes(previous, from, to).includes(body(next)),
  );
}

function outcomes(previous: LedgerRecord, from: string, to: string): string[] {
  const next = passed(previous, from, to);
  if (next.kind !== 'asset' || next.catalogCode === undefined) return [body(next)];
  return [body(next), body({ ...next, catalogCode: codeOfFormer(from, next.catalogCode) })];
}

/** All but what every change changes. */
function body({ version: _version, updated: _updated, ...rest }: LedgerRecord): string {
  return canonical(rest);
}
