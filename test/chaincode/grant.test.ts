import fc from 'fast-check';
import {
  ask,
  auditor,
  city,
  granted,
  household,
  householdConsumer,
  manager,
  population,
  published,
  social,
  socialConsumer,
  tax,
  taxConsumer,
  zh,
} from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
let asset: string;
beforeAll(async () => {
  base = await city(new Date('2026-03-02T02:00:00Z'));
  asset = (await published(base)).id;
});

const HOUR = 3_600_000;
const people = { household, householdConsumer, social, socialConsumer, tax, taxConsumer, manager, auditor };
type Who = keyof typeof people;

/** March and April 2026 in Hangzhou: working days after a day, by a list that a person wrote (Qingming is 4–6 April). */
const workingDays = [3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30, 31]
  .map((d) => `2026-03-${String(d).padStart(2, '0')}`)
  .concat(
    [1, 2, 3, 7, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 27, 28, 29, 30].map((d) => `2026-04-${String(d).padStart(2, '0')}`),
  );
/** The local midnight that ends the tenth of them. */
function deadline(at: number): number {
  const today = new Date(at + 8 * HOUR).toISOString().slice(0, 10);
  return Date.parse(`${workingDays.filter((day) => day > today)[9]}T16:00:00Z`);
}

interface Model {
  status: string;
  due: number;
}

/** DOMAIN "States", Grant: who moves it from where to where. */
const arrows: Record<string, { by: Who; from: string[]; to: string }> = {
  return: { by: 'household', from: ['requested'], to: 'returned' },
  resubmit: { by: 'socialConsumer', from: ['returned'], to: 'requested' },
  withdraw: { by: 'socialConsumer', from: ['requested', 'returned'], to: 'withdrawn' },
  suspend: { by: 'household', from: ['active'], to: 'suspended' },
  resume: { by: 'household', from: ['suspended'], to: 'active' },
  revoke: { by: 'household', from: ['active', 'suspended'], to: 'revoked' },
};
const END = Date.parse('2026-04-20T00:00:00Z');

function expected({ status, due }: Model, verb: string, who: Who, now: number): string {
  if (verb === 'approve' || verb === 'refuse') {
    if (who !== 'household' && who !== 'manager') return who === 'householdConsumer' ? 'ROLE_MISSING' : 'NOT_YOURS';
    if (status !== 'requested') return 'STATE_FORBIDS';
    if (who === 'manager' && now < due) return 'NOT_DUE';
    if (verb === 'refuse') return 'refused';
    return now > END ? 'INPUT_INVALID' : 'active';
  }
  const arrow = arrows[verb] as (typeof arrows)[string];
  const department = (w: Who) => w.replace('Consumer', '');
  if (who !== arrow.by) return department(who) === department(arrow.by) ? 'ROLE_MISSING' : 'NOT_YOURS';
  const effective = (status === 'active' || status === 'suspended') && now > END ? 'expired' : status;
  if (!arrow.from.includes(effective)) return 'STATE_FORBIDS';
  return verb === 'resubmit' && now > END ? 'INPUT_INVALID' : arrow.to;
}

const verbs = ['approve', 'approve', 'refuse', ...Object.keys(arrows)];
const command = fc.record({
  verb: fc.constantFrom(...verbs),
  who: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Who>('household', 'socialConsumer', 'manager') },
    fc.constantFrom(...(Object.keys(people) as Who[])),
  ),
  /** Where set, whoever the page names acts, so that walks get far. */
  apt: fc.boolean(),
  wait: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 24 }) }, fc.nat({ max: 24 * 9 })),
});

test('a grant lives as the page says: states, parties, deadline and escalation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25, size: 'max' }), async (commands) => {
      const ledger = base.fork();
      const { id } = await ledger.write(
        'grant',
        'grant:request',
        { ...ask(asset), constraints: { validTo: new Date(END).toISOString() } },
        socialConsumer,
      );
      const model: Model = { status: 'requested', due: deadline(ledger.now.getTime()) };
      for (const { verb, who: drawn, apt, wait } of commands) {
        const who = apt ? (arrows[verb]?.by ?? 'household') : drawn;
        ledger.now = new Date(Math.min(ledger.now.getTime() + wait * HOUR, Date.parse('2026-04-29T00:00:00Z')));
        const now = ledger.now.getTime();
        if (model.due > Date.parse('2026-04-30T00:00:00Z')) break;
        const outcome = expected(model, verb, who, now);
        const reasoned = ['refuse', 'return', 'suspend', 'revoke'].includes(verb) ? { reason: zh('理由') } : {};
        expect(await ledger.outcome(`grant:${verb}` as 'grant:withdraw', { id, ...reasoned }, people[who])).toBe(outcome);
        if (outcome === outcome.toLowerCase()) model.status = outcome;
        if (outcome === 'requested') model.due = deadline(now);
        expect(ledger.get('grant', id)?.status).toBe(model.status);
      }
    }),
    { numRuns: 150 },
  );
});

test('rule 4: unconditional is active at once, none is refused with the basis quoted', async () => {
  const ledger = base.fork();
  const { shareCondition: _condition, ...rest } = population;
  const open = await ledger.write('asset', 'asset:register', { ...rest, shareType: 'unconditional' }, household);
  await ledger.submit('asset:publish', { id: open.id }, household);
  const grant = await ledger.write('grant', 'grant:request', ask(open.id), socialConsumer);
  expect(grant).toMatchObject({ status: 'active' });
  expect(grant).not.toHaveProperty('dueAt');
  const closed = await published(ledger, { shareType: 'none', shareBasis: { zh: '保密法第九条', en: 'Secrets Act 9' } });
  await expect(ledger.submit('grant:request', ask(closed.id), socialConsumer)).rejects.toMatchObject({
    code: 'WITHHELD',
    detail: { given: '保密法第九条 / Secrets Act 9' },
  });
  const mixed = await ledger.write(
    'asset',
    'asset:register',
    { ...rest, shareType: 'unconditional', elements: [{ name: 'name', type: 'string', shareType: 'conditional' }] },
    household,
  );
  await ledger.submit('asset:publish', { id: mixed.id }, household);
  expect(await ledger.outcome('grant:request', ask(mixed.id), socialConsumer)).toBe('requested');
});

test('rule 5: no element beyond the asset’s, none that is withheld, nothing of an asset that is not published', async () => {
  const ledger = base.fork();
  const request = (elements: string[], of = asset) => ledger.outcome('grant:request', { ...ask(of), elements }, socialConsumer);
  expect(await request(['name', 'salary'])).toBe('ELEMENT_UNKNOWN');
  expect(await request(['name', 'secret'])).toBe('ELEMENT_WITHHELD');
  expect(await request(['name', 'name'])).toBe('INPUT_INVALID');
  expect(await request(['personId', 'name'])).toBe('requested');
  const { id } = await ledger.write('asset', 'asset:register', population, household);
  expect(await request(['name'], id)).toBe('ASSET_NOT_SHARED');
  expect(await ledger.outcome('grant:request', ask(asset), householdConsumer)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('grant:request', ask(asset), social)).toBe('ROLE_MISSING');
  expect(await ledger.outcome('grant:request', ask('ast-none'), socialConsumer)).toBe('NOT_FOUND');
});

test('what the asset has withheld since is not approved', async () => {
  const ledger = base.fork();
  const { id } = await ledger.write('grant', 'grant:request', ask(asset), socialConsumer);
  const elements = population.elements.map((element) => (element.name === 'name' ? { ...element, shareType: 'none' as const } : element));
  await ledger.submit('asset:revise', { id: asset, changes: { elements } }, household);
  expect(await ledger.outcome('grant:approve', { id }, household)).toBe('ELEMENT_WITHHELD');
});

const limits = fc.record(
  {
    validFrom: fc.integer({ min: 1, max: 40 }).map((d) => new Date(Date.parse('2026-03-02') + d * 24 * HOUR).toISOString()),
    validTo: fc.integer({ min: 41, max: 90 }).map((d) => new Date(Date.parse('2026-03-02') + d * 24 * HOUR).toISOString()),
    maxCount: fc.integer({ min: 1, max: 9 }),
    maxRows: fc.integer({ min: 1, max: 9 }),
    recipients: fc.subarray(['tax', 'health', 'education']),
  },
  { requiredKeys: [] },
);

test('an approval narrows, never widens: whatever it lets through, the request would have let through too', async () => {
  await fc.assert(
    fc.asyncProperty(limits, limits, async (asked, agreed) => {
      const ledger = base.fork();
      const { id } = await ledger.write('grant', 'grant:request', { ...ask(asset), constraints: asked }, socialConsumer);
      const wider =
        (agreed.validFrom !== undefined && asked.validFrom !== undefined && agreed.validFrom < asked.validFrom) ||
        (agreed.validTo !== undefined && asked.validTo !== undefined && agreed.validTo > asked.validTo) ||
        (agreed.maxCount ?? 0) > (asked.maxCount ?? 99) ||
        (agreed.maxRows ?? 0) > (asked.maxRows ?? 99) ||
        (agreed.recipients ?? []).some((recipient) => !(asked.recipients ?? []).includes(recipient));
      expect(await ledger.outcome('grant:approve', { id, constraints: agreed }, household)).toBe(wider ? 'WIDER_THAN_ASKED' : 'active');
      if (!wider) expect(ledger.get('grant', id)?.constraints).toEqual({ ...asked, ...agreed });
    }),
    { numRuns: 100 },
  );
});

test('a renewal names a grant of the same asset to the same department', async () => {
  const ledger = base.fork();
  const { id } = await granted(ledger, {}, asset);
  expect(await ledger.outcome('grant:request', { ...ask(asset), renews: id }, socialConsumer)).toBe('requested');
  expect(await ledger.outcome('grant:request', { ...ask(asset), renews: id }, taxConsumer)).toBe('NOT_FOUND');
  expect(await ledger.outcome('grant:request', { ...ask(asset), renews: 'grn-none' }, socialConsumer)).toBe('NOT_FOUND');
  const other = await published(ledger);
  expect(await ledger.outcome('grant:request', { ...ask(other.id), renews: id }, socialConsumer)).toBe('NOT_FOUND');
});
