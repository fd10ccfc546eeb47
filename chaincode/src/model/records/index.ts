import type { z } from 'zod';
import { asset } from './asset.js';
import { auditQuery } from './auditQuery.js';
import { dataElement } from './dataElement.js';
import { demand, joining } from './demand.js';
import { department, settings } from './department.js';
import { derivation } from './derivation.js';
import { dispute } from './dispute.js';
import { feedback } from './feedback.js';
import { grant } from './grant.js';
import { plan } from './plan.js';
import { rating } from './rating.js';
import { contest, right } from './right.js';
import { refusal, share } from './share.js';
import { ticket } from './ticket.js';

/** The schema of every record on the chain, by kind: what a reader of blocks holds each write against. */
export const records = {
  settings,
  department,
  'data-element': dataElement,
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
} as const;

export type RecordKind = keyof typeof records;
export type RecordOf<K extends RecordKind> = z.infer<(typeof records)[K]>;
export type LedgerRecord = { [K in RecordKind]: RecordOf<K> }[RecordKind];
