import { policyOf } from '@drl/chaincode/model/endorsement';
import { policyBytes } from '@drl/chaincode/policy';
import type { BlockTransaction, PolicyWrite } from './decode.js';
import { MAX_WRITES } from './judge.js';
import type { Registry } from './registry.js';

/**
 * Keys that a valid transaction gives a policy which the contracts would not: they set one with the record that it belongs to, and that record
 * says whose it is. Whoever loosens a key may change it more easily later, which its author's certificate still tells; here it is told at once.
 */
export function strangePolicies({ writes, policies }: BlockTransaction, registry: Registry): readonly PolicyWrite[] {
  return policies.slice(0, MAX_WRITES).filter(({ kind, id, policy }) => {
    const record = writes.find((write) => write.kind === kind && write.id === id)?.record;
    const { settings } = registry;
    if (record === undefined || settings === undefined) return true;
    const mspOf = (department: string) =>
      record.kind === 'department' && record.id === department ? record.mspId : registry.mspOf(department);
    const due = policyOf(record, mspOf, settings);
    return due === undefined || policy === undefined || !policy.equals(policyBytes(due));
  });
}
