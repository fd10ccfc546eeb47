import { RuleError } from '@drl/chaincode/model/errors';
import { ServiceError } from '../errors.js';
import type { Services } from './services.js';
import { isParty, readVisible } from './visibility.js';
import type { Who } from './who.js';

/**
 * Who may: a steward of the provider, a consumer of the department that received the delivery. What was made up must never count as data, so whoever
 * uses it can take it out; that the list can also tell a leaker what to take out is why it stays with these two roles.
 */
export async function listCanaries({ readModel, fingerprints }: Services, { caller }: Who, id: string): Promise<Record<string, string>[]> {
  const share = await readVisible(readModel, caller, 'share', id);
  const steward = isParty(caller, [share.provider]) && caller.roles.includes('steward');
  const consumer = isParty(caller, [share.consumer]) && caller.roles.includes('consumer');
  if (!steward && !consumer)
    throw new RuleError('ROLE_MISSING', { rule: '1', given: caller.roles.join(', ') || 'none', accepted: 'steward or consumer' });
  const made = share.fingerprint?.canaries ?? 0;
  const rows: Record<string, string>[] = [];
  for await (const kept of fingerprints.all(share.asset, id)) {
    if (kept.fingerprint?.root !== share.fingerprint?.root) continue;
    for await (const { values } of fingerprints.canaries(kept.id))
      rows.push(Object.fromEntries(kept.columns.map((name, c) => [name, values[c] as string])));
  }
  if (rows.length !== made) throw new ServiceError('PROVIDER_NOT_HERE', { given: share.provider });
  return rows;
}
