import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { type Add, consumer, type MomentReader, steward } from './cast.js';
import type { DemoAsset, DemoGrant, DemoShare } from './data.js';
import { cutPayload } from './payload.js';

const MINUTE = 60_000;
/** The consumers' systems answer in the platform's next run. */
const ANSWERED_AFTER = 20 * MINUTE;

/** The deliveries under one grant, regular and irregular, and the attempts that it forbids. */
export function shareSteps(asked: DemoGrant, asset: DemoAsset, moment: MomentReader, add: Add): void {
  const resubmitted = asked.steps?.findLast((step) => step.elements)?.elements;
  const grant = resubmitted ? { ...asked, elements: resubmitted } : asked;
  const { deliveries } = grant;
  const regular: DemoShare[] = [];
  if (deliveries)
    for (let day = deliveries.from; day <= deliveries.to; day += deliveries.every ?? 1)
      for (const time of deliveries.times) {
        const caseRef = `${deliveries.caseRef}-${String(regular.length + 1).padStart(4, '0')}`;
        regular.push({ at: `${day} ${time}`, rows: deliveries.rows, caseRef });
      }
  for (const [n, share] of [...regular, ...(grant.shares ?? [])].entries())
    oneShare(`${grant.key} ${n}`, n, share, grant, asset, moment, add);
  for (const [n, attempt] of (grant.refused ?? []).entries())
    add(moment(attempt.at), steward(asset.department), 'share:commit', (ids) => ({
      grant: ids(grant.key),
      ...committed(n, attempt, grant, asset, moment(attempt.at)),
    }));
}

function oneShare(key: string, n: number, share: DemoShare, grant: DemoGrant, asset: DemoAsset, moment: MomentReader, add: Add): void {
  const at = moment(share.at);
  const provider = steward(asset.department);
  const { outcome = 'acknowledged' } = share;
  const { elements, purpose, key: under } = grant;
  if (outcome === 'opened' || outcome === 'void') {
    const { rows, caseRef } = share;
    add(at, provider, 'share:open', (ids) => ({ grant: ids(under), elements: [...elements], purpose, rows, caseRef }), key);
    const { reason } = share;
    if (reason) add(at + 5 * MINUTE, provider, 'share:void', (ids) => ({ id: ids(key), reason }));
    return;
  }
  add(at, provider, 'share:commit', (ids) => ({ grant: ids(under), ...committed(n, share, grant, asset, at) }), key);
  if (outcome === 'half-open') return;
  const { payloadHash } = cutPayload(fileOf(asset), elements, n * share.rows, share.rows, outcome === 'mismatched');
  add(at + ANSWERED_AFTER, consumer(grant.by), 'share:acknowledge', (ids) => ({ id: ids(key), payloadHash, hashAlgorithm: 'sha-256' }));
  const { resolved } = share;
  if (resolved) add(moment(resolved.at), consumer(grant.by), 'share:resolve', (ids) => ({ id: ids(key), resolution: resolved.resolution }));
}

function committed(
  n: number,
  share: DemoShare,
  { elements, purpose }: DemoGrant,
  asset: DemoAsset,
  at: number,
): Omit<TransactionInput<'share:commit'>, 'grant'> {
  return {
    purpose,
    elements: [...elements],
    caseRef: share.caseRef,
    ...cutPayload(fileOf(asset), elements, n * share.rows, share.rows),
    hashAlgorithm: 'sha-256',
    startedAt: new Date(at - 2 * MINUTE).toISOString(),
    endedAt: new Date(at - MINUTE).toISOString(),
  };
}

function fileOf({ key, file }: DemoAsset): string {
  if (!file) throw new Error(`the demonstration shares ${key}, which has no file`);
  return file;
}
