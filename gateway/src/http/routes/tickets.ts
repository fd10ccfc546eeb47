import type { Endpoint } from '../endpoint.js';
import { text } from '../query.js';
import { readMany, readOne } from './records.js';

const seen = 'its two parties, managers (without case references), auditors in scope';

export const tickets: readonly Endpoint[] = [
  readMany('ticket', 'tickets', seen, {
    asset: text.optional(),
    grant: text.optional(),
    provider: text.optional(),
    consumer: text.optional(),
  }),
  readOne('ticket', 'tickets', seen),
];
