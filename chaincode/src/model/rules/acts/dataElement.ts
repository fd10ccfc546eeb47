import { canonical } from '../../canonical.js';
import type { DataElement, DataElementBody } from '../../records/dataElement.js';
import { bodyOf } from '../dataElement.js';
import { type ActRule, type Change, is, manages } from './rule.js';

type Move = Change<'data-element'>;

const owner = ({ next, caller }: Move) => is(caller, next.owner, 'steward', 'manager');
const sameBody = (a: DataElementBody | undefined, b: DataElementBody | undefined) =>
  a !== undefined && b !== undefined && canonical(bodyOf(a)) === canonical(bodyOf(b));

const first = ({ next }: Move) => next.edition === 1 && next.adopted !== undefined;
/** The proposed revision, and nothing else, comes into force. */
const nextEdition = ({ previous, next }: Move) =>
  previous?.revision?.status === 'proposed' &&
  next.revision === undefined &&
  sameBody(previous.revision, next) &&
  next.edition === (previous.edition ?? 0) + 1 &&
  next.adopted?.transactionId === next.updated.transactionId;
const asksAnew = ({ next }: Move) =>
  next.revision?.status === 'proposed' && next.revision.proposed.transactionId === next.updated.transactionId;
const givesBack = ({ previous, next }: Move) =>
  previous?.revision?.status === 'proposed' &&
  next.revision?.status === 'returned' &&
  previous.revision.proposed.transactionId === next.revision.proposed.transactionId &&
  sameBody(previous.revision, next.revision);

const body: (keyof DataElementBody & keyof DataElement)[] = ['name', 'aliases', 'definition', 'type', 'valueDomain', 'unit', 'standard'];
const later = ['edition', 'adopted', 'revision', 'reason', 'replacedBy'] as const;

export const dataElement: ActRule<'data-element'>[] = [
  { step: ['data-element:propose'], who: ['proposer'], from: [undefined], to: ['proposed'], lacks: later, by: owner },
  { step: ['data-element:revise'], who: ['proposer'], from: ['proposed'], to: ['proposed'], fields: body, by: owner },
  {
    step: ['data-element:propose', 'data-element:revise'],
    who: ['proposer'],
    from: ['returned'],
    to: ['proposed'],
    fields: [...body, 'owner', 'reason'],
    by: owner,
  },
  { step: ['data-element:return'], who: ['manager'], from: ['proposed'], to: ['returned'], fields: ['reason'], by: manages },
  {
    step: ['data-element:adopt'],
    who: ['manager'],
    from: ['proposed'],
    to: ['adopted'],
    fields: ['edition', 'adopted'],
    by: (move) => manages(move) && first(move),
  },
  {
    step: ['data-element:revise'],
    who: ['proposer'],
    from: ['adopted'],
    to: ['adopted'],
    fields: ['revision'],
    by: (move) => owner(move) && asksAnew(move),
  },
  {
    step: ['data-element:return'],
    who: ['manager'],
    from: ['adopted'],
    to: ['adopted'],
    fields: ['revision'],
    by: (move) => manages(move) && givesBack(move),
  },
  {
    step: ['data-element:adopt'],
    who: ['manager'],
    from: ['adopted'],
    to: ['adopted'],
    fields: [...body, 'edition', 'adopted', 'revision'],
    by: (move) => manages(move) && nextEdition(move),
  },
  {
    step: ['data-element:retire'],
    who: ['manager'],
    from: ['adopted'],
    to: ['retired'],
    fields: ['revision', 'reason', 'replacedBy'],
    lacks: ['revision'],
    by: manages,
  },
];
