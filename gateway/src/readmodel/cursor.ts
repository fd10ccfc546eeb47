import { createHash } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { ReadModelError } from './errors.js';
import type { PageRequest } from './readmodel.js';

/**
 * Where a list goes on. A cursor belongs to one question (its filter is in the binding) and to one block and time: the pages of a list
 * are of one moment, whatever arrives between them. It holds no secret, and a made-up one only asks for another place of the same list.
 */
export interface Cursor {
  readonly block: number;
  /** The first digits of that block's header hash: a cursor of another ledger is refused. */
  readonly hash: string;
  /** Milliseconds. */
  readonly at: number;
  /** Everything up to and including this place has been given. */
  readonly after: string;
}

const HASH_DIGITS = 16;
const MAX_CURSOR = 512;

export function bindingOf(question: string, filter: unknown): string {
  return createHash('sha256')
    .update(canonical([question, filter]))
    .digest('hex')
    .slice(0, HASH_DIGITS);
}

export function writeCursor(binding: string, { block, hash, at, after }: Cursor): string {
  return Buffer.from(JSON.stringify([binding, block, hash.slice(0, HASH_DIGITS), at, after])).toString('base64url');
}

/** The cursor of a page request, if it has one. Throws CURSOR_INVALID, also where the cursor is another question's or another block's. */
export function readCursor({ cursor, asOfBlock }: PageRequest, binding: string, after: RegExp): Cursor | undefined {
  if (cursor === undefined) return undefined;
  const [bound, block, hash, at, place] = parse(cursor);
  const valid =
    bound === binding &&
    Number.isSafeInteger(block) &&
    typeof hash === 'string' &&
    Number.isSafeInteger(at) &&
    typeof place === 'string' &&
    after.test(place);
  if (!valid || (asOfBlock !== undefined && asOfBlock !== block)) throw new ReadModelError('CURSOR_INVALID');
  return { block: block as number, hash, at: at as number, after: place };
}

/** Throws CURSOR_INVALID where the block that the cursor speaks of is not on this ledger. */
export function mustBeOf(cursor: Cursor | undefined, headerHash: string): void {
  if (cursor !== undefined && !headerHash.startsWith(cursor.hash)) throw new ReadModelError('CURSOR_INVALID');
}

function parse(cursor: string): unknown[] {
  if (cursor.length > MAX_CURSOR) throw new ReadModelError('CURSOR_INVALID');
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Not ours: said below.
  }
  throw new ReadModelError('CURSOR_INVALID');
}
