import type { RecordKind } from '../records/index.js';
import { asset } from './acts/asset.js';
import { dataElement } from './acts/dataElement.js';
import { demand, joining } from './acts/demand.js';
import { derivation } from './acts/derivation.js';
import { dispute } from './acts/dispute.js';
import { feedback, rating } from './acts/feedback.js';
import { grant } from './acts/grant.js';
import { passingOn } from './acts/passing.js';
import { plan } from './acts/plan.js';
import { auditQuery, department, settings } from './acts/register.js';
import { contest, right } from './acts/right.js';
import type { ActRule } from './acts/rule.js';
import { refusal, share } from './acts/share.js';
import { ticket } from './acts/ticket.js';

type Acts = { readonly [K in RecordKind]: readonly ActRule<K>[] };

const own: Acts = {
  asset,
  derivation,
  right,
  contest,
  demand,
  joining,
  grant,
  ticket,
  share,
  refusal,
  plan,
  rating,
  feedback,
  dispute,
  'audit-query': auditQuery,
  'data-element': dataElement,
  department,
  settings,
};

/**
 * Who may bring a record from one state to another, and which fields move with it: a table, apart from the rules that make the records, so
 * that contract, read model and verifier hold the same thing against each other. What is not in the table may not be.
 */
export const acts = Object.fromEntries(
  Object.entries(own).map(([kind, rows]) => [kind, [...rows, ...passingOn(kind as RecordKind)]]),
) as unknown as Acts;
