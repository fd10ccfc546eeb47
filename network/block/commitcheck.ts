import { recordedCommitHash } from './blocksteps.js';
import { commitHash, type Update } from './buildblock.js';
import { EvidenceError } from './errors.js';
import type { BlockView } from './read.js';
import type { Change } from './state.js';

/**
 * Holds a peer's COMMIT_HASH against what the block's transactions leave. Nobody signs it, so it proves nothing against one who
 * rewrites the whole file; but it finds what was damaged, and two peers that show the same hash have the same state.
 * Throws BLOCK_METADATA. Gives whether it could be recomputed.
 */
export function checkCommitHash(block: BlockView, before: Buffer | undefined, codes: Buffer, changes: readonly Change[]): boolean {
  const recorded = recordedCommitHash(block);
  if (block.number === 0n || (recorded === undefined && before === undefined)) return false;
  if (recorded === undefined) throw new EvidenceError('BLOCK_METADATA', 'the commit hash is missing');
  if (before === undefined && block.number !== 1n) return false;
  const updates = lastOfEach(changes);
  if (updates === undefined) return false;
  const expected = commitHash(before ?? Buffer.alloc(0), codes, updates);
  if (!recorded.equals(expected)) throw new EvidenceError('BLOCK_METADATA', `the commit hash should be ${expected.toString('hex')}`);
  return true;
}

/** One update for each key, the last; undefined where a value is needed that an earlier block wrote (metadata changed alone). */
function lastOfEach(changes: readonly Change[]): Update[] | undefined {
  const updates = new Map<string, Update>();
  for (const c of changes) {
    const id = `${c.namespace}\0${c.collection}\0${c.key}`;
    const value = c.metadataOnly ? updates.get(id)?.value : c.value;
    if (c.metadataOnly && value === undefined) return undefined;
    const key = Buffer.from(c.key, c.collection === '' ? 'utf8' : 'latin1');
    updates.set(id, { namespace: c.namespace, collection: c.collection, key, value, version: c.version });
  }
  return [...updates.values()];
}
