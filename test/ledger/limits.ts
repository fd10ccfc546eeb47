import { createHash } from 'node:crypto';
import type { Constraints } from '@drl/chaincode/model/records/grant';
import { orderBetween } from './order.js';
import type { World } from './world.js';

/** Limits under parallel attempts, held against a plain counter that is asked in the order of the chain. */
export function limitCases(world: () => World): void {
  let asset: string;

  beforeAll(async () => {
    const { record } = await world().write('asset:register', {
      title: { en: 'Open register' },
      shareType: 'unconditional',
      shareMethod: 'file',
      elements: [{ name: 'name', type: 'string' }],
    });
    asset = (await world().write('asset:publish', { id: record.id })).record.id;
  });

  /** Attempts of these sizes, all at once: what became of each, in the order of the chain. */
  async function attempt(constraints: Constraints, sizes: readonly number[]) {
    const use = { elements: ['name'], purpose: 'dpv:IdentityVerification' };
    const request = { asset, ...use, legalBasis: { en: 'Act 7' }, constraints };
    const asking = { as: world().people.consumer, endorsers: [world().manager, world().social] };
    const { record: grant, receipt } = await world().write('grant:request', request, asking);
    const payload = { payloadHash: createHash('sha256').update('payload').digest('hex'), hashAlgorithm: 'sha-256', bytes: 10 } as const;
    const done = await Promise.all(
      sizes.map(async (rows) => {
        const { record, receipt } = await world().write('share:commit', { grant: grant.id, ...use, ...payload, rows });
        const { transactionId: id, block } = receipt;
        return { rows, id, block, outcome: record.kind === 'refusal' ? record.clause : 'committed' };
      }),
    );
    const last = done.reduce((latest, { block }) => (block > latest ? block : latest), receipt.block);
    const order = await orderBetween(world(), receipt.block, last);
    return done.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  }

  function plainly({ maxCount = Number.POSITIVE_INFINITY, maxRows = Number.POSITIVE_INFINITY }: Constraints, sizes: readonly number[]) {
    let [count, sum] = [0, 0];
    return sizes.map((rows) => {
      if (sum + rows > maxRows) return 'ROWS_EXCEEDED';
      if (count + 1 > maxCount) return 'GRANT_EXHAUSTED';
      [count, sum] = [count + 1, sum + rows];
      return 'committed';
    });
  }

  const sizes = [900, 10, 700, 1, 1500, 40, 300, 2200, 60, 500, 80, 5];
  const limits: readonly (readonly [string, Constraints, number])[] = [
    ['maxCount', { maxCount: 7 }, 7],
    ['maxRows in one sum', { maxRows: 1000 }, 1],
    ['maxRows in allotments', { maxRows: 4000 }, 1],
    ['both', { maxCount: 4, maxRows: 3000 }, 1],
  ];
  test.each(limits)('%s: as a plain counter would answer, however many are tried at once', async (_name, constraints, least) => {
    const done = await attempt(constraints, sizes);
    const outcomes = done.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(
      plainly(
        constraints,
        done.map(({ rows }) => rows),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'committed').length).toBeGreaterThanOrEqual(least);
    expect(outcomes.some((outcome) => outcome !== 'committed')).toBe(true);
  });
}
