import type { Mark } from '@drl/chaincode/model/records/grant';
import fc from 'fast-check';
import {
  city,
  granted,
  household,
  householdConsumer,
  manager,
  population,
  published,
  SHA,
  sent,
  social,
  socialConsumer,
  tax,
  zh,
} from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
let grant: string;
let asset: string;
beforeAll(async () => {
  base = await city();
  asset = (await published(base)).id;
  grant = (await granted(base, { recipients: ['tax'], validTo: '2026-06-30T00:00:00Z' }, asset)).id;
});

const people = { household, householdConsumer, social, socialConsumer, tax, manager };
type Who = keyof typeof people;
const DAY = 86_400_000;

/** DOMAIN "States", Share, and who speaks for which side. */
function expected(status: string, verb: string, who: Who): string {
  const provider = who === 'household' ? undefined : who === 'householdConsumer' ? 'ROLE_MISSING' : 'NOT_YOURS';
  const consumer = who === 'socialConsumer' ? undefined : who === 'social' ? 'ROLE_MISSING' : 'NOT_YOURS';
  switch (verb) {
    case 'commit':
      return provider ?? (status === 'opened' ? 'committed' : 'STATE_FORBIDS');
    case 'agree':
      return consumer ?? (status === 'committed' ? 'acknowledged' : 'STATE_FORBIDS');
    case 'differ':
      return consumer ?? (status === 'committed' ? 'mismatched' : 'STATE_FORBIDS');
    case 'resolve':
      if (who === 'manager') return status === 'mismatched' ? 'resolved' : 'STATE_FORBIDS';
      return consumer ?? (status === 'mismatched' ? 'resolved' : 'STATE_FORBIDS');
    default:
      if (who === 'manager') return status === 'mismatched' ? 'void' : 'NOT_YOURS';
      return provider ?? (['opened', 'mismatched'].includes(status) ? 'void' : 'STATE_FORBIDS');
  }
}

const command = fc.record({
  verb: fc.constantFrom('commit', 'agree', 'differ', 'resolve', 'void'),
  who: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Who>('household', 'socialConsumer') },
    fc.constantFrom(...(Object.keys(people) as Who[])),
  ),
});

test('a share moves as the page says, each side speaking for itself, and no side’s word touches the other’s', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12, size: 'max' }), fc.boolean(), async (commands, opens) => {
      const ledger = base.fork();
      const use = { grant, purpose: 'dpv:IdentityVerification', elements: ['name'] };
      const first = opens
        ? await ledger.write('share', 'share:open', { ...use, rows: 10 }, household)
        : await ledger.write('share', 'share:commit', sent(grant), household);
      let before = first;
      for (const { verb, who } of commands) {
        const { id } = first;
        const outcome = expected(before.status, verb, who);
        const answer = { id, payloadHash: SHA(verb === 'agree' ? 'a' : 'b'), hashAlgorithm: 'sha-256' } as const;
        const run = {
          commit: () => ledger.outcome('share:commit', sent(grant, { share: id }), people[who]),
          agree: () => ledger.outcome('share:acknowledge', answer, people[who]),
          differ: () => ledger.outcome('share:acknowledge', answer, people[who]),
          resolve: () => ledger.outcome('share:resolve', { id, resolution: zh('重发') }, people[who]),
          void: () => ledger.outcome('share:void', { id, reason: zh('中断') }, people[who]),
        }[verb as 'commit'];
        expect(await run()).toBe(outcome);
        const after = ledger.get('share', id) as typeof first;
        expect(after.status).toBe(outcome === outcome.toLowerCase() ? outcome : before.status);
        if (before.providerCommitment) expect(after.providerCommitment).toEqual(before.providerCommitment);
        if (before.consumerCommitment) expect(after.consumerCommitment).toEqual(before.consumerCommitment);
        if (after.status === 'mismatched')
          expect([after.providerCommitment?.payloadHash, after.consumerCommitment?.payloadHash]).toEqual([SHA('a'), SHA('b')]);
        before = after;
      }
    }),
    { numRuns: 60 },
  );
});

/** What may happen between the grant and the share, and the clause that then speaks. The first that applies is the one recorded. */
const obstacles: [string, string, (ledger: TestLedger) => Promise<unknown>, object][] = [
  ['suspended', 'GRANT_NOT_ACTIVE', (l) => l.submit('grant:suspend', { id: grant, reason: zh('停') }, household), {}],
  ['revoked', 'GRANT_NOT_ACTIVE', (l) => l.submit('grant:revoke', { id: grant, reason: zh('撤') }, household), {}],
  ['expired', 'GRANT_EXPIRED', async (l) => (l.now = new Date('2026-06-30T00:00:00.001Z')), {}],
  ['asset suspended', 'ASSET_NOT_SHARED', (l) => l.submit('asset:suspend', { id: asset }, household), {}],
  ['asset retired', 'ASSET_NOT_SHARED', (l) => l.submit('asset:retire', { id: asset }, household), {}],
  [
    'asset withheld',
    'ASSET_NOT_SHARED',
    (l) => l.submit('asset:revise', { id: asset, changes: { shareType: 'none', shareBasis: zh('保密') } }, household),
    {},
  ],
  [
    'an asset that answers queries since',
    'METHOD_NOT_SHARED',
    (l) => l.submit('asset:revise', { id: asset, changes: { shareMethod: 'query-verify' } }, household),
    {},
  ],
  ['a query, of an asset that is delivered', 'METHOD_NOT_SHARED', async () => 0, { method: 'query-verify', rows: 1 }],
  ['another purpose', 'PURPOSE_MISMATCH', async () => 0, { purpose: 'dpv:ResearchAndDevelopment' }],
  ['an element not granted', 'ELEMENT_NOT_GRANTED', async () => 0, { elements: ['name', 'personId'] }],
  [
    'an element withheld since',
    'ELEMENT_WITHHELD',
    (l) =>
      l.submit(
        'asset:revise',
        {
          id: asset,
          changes: { elements: population.elements.map((e) => (e.name === 'name' ? { ...e, shareType: 'none' as const } : e)) },
        },
        household,
      ),
    {},
  ],
  ['an element gone', 'ELEMENT_WITHHELD', (l) => l.submit('asset:revise', { id: asset, changes: { elements: [] } }, household), {}],
  ['a recipient not granted', 'RECIPIENT_NOT_GRANTED', async () => 0, { actingFor: 'health' }],
];

test.each(obstacles)('rule 6, %s: the transaction succeeds in writing the refusal and no share', async (_what, clause, happen, changes) => {
  const ledger = base.fork();
  await happen(ledger);
  const refusal = await ledger.write('refusal', 'share:commit', sent(grant, changes), household);
  expect(refusal).toMatchObject({ clause, grant, asset, provider: 'household', consumer: 'social-insurance', action: 'share:commit' });
  expect(refusal.given).not.toBe('');
  expect(refusal.accepted).not.toBe('');
  expect(ledger.all('share')).toEqual([]);
});

test('a share of a recipient that is granted, and one at the last instant of the term', async () => {
  const ledger = base.fork();
  expect(await ledger.outcome('share:commit', sent(grant, { actingFor: 'tax' }), household)).toBe('committed');
  expect(await ledger.outcome('share:commit', sent(grant, { actingFor: 'social-insurance' }), household)).toBe('committed');
  ledger.now = new Date('2026-06-30T00:00:00Z');
  expect(await ledger.outcome('share:commit', sent(grant), household)).toBe('committed');
});

test('a query is of one subject, and its receipt is committed as one: what opened as the one is not committed as the other', async () => {
  const ledger = base.fork();
  await ledger.submit('asset:revise', { id: asset, changes: { shareMethod: 'query-verify' } }, household);
  const query = { method: 'query-verify' as const, rows: 1 };
  for (const rows of [0, 2]) expect(await ledger.outcome('share:commit', sent(grant, { ...query, rows }), household)).toBe('INPUT_INVALID');
  const answered = await ledger.write('share', 'share:commit', sent(grant, query), household);
  expect(answered).toMatchObject({ status: 'committed', method: 'query-verify', rows: 1, rowsReserved: 1 });
  const use = { grant, purpose: 'dpv:IdentityVerification', elements: ['name'] };
  const { id } = await ledger.write('share', 'share:open', { ...use, ...query }, household);
  expect(await ledger.outcome('share:commit', sent(grant, { share: id, rows: 1 }), household)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('share:commit', sent(grant, { share: id, ...query }), household)).toBe('committed');
});

test('before its term a grant allows nothing', async () => {
  const ledger = base.fork();
  const later = await granted(ledger, { validFrom: '2026-05-01T00:00:00Z' }, asset);
  expect(await ledger.outcome('share:commit', sent(later.id), household)).toBe('refusal GRANT_EXPIRED');
});

test('who is not the provider, and what makes no sense, fails without a record', async () => {
  const ledger = base.fork();
  expect(await ledger.outcome('share:commit', sent(grant), socialConsumer)).toBe('NOT_YOURS');
  expect(await ledger.outcome('share:commit', sent(grant), tax)).toBe('NOT_YOURS');
  expect(await ledger.outcome('share:commit', sent(grant), householdConsumer)).toBe('ROLE_MISSING');
  expect(await ledger.outcome('share:commit', sent('grn-none'), household)).toBe('NOT_FOUND');
  expect(await ledger.outcome('share:commit', sent(grant, { elements: ['name', 'name'] }), household)).toBe('INPUT_INVALID');
  const backwards = { startedAt: '2026-03-02T02:00:00Z', endedAt: '2026-03-02T01:00:00Z' };
  expect(await ledger.outcome('share:commit', sent(grant, backwards), household)).toBe('INPUT_INVALID');
  expect([...ledger.all('share'), ...ledger.all('refusal')]).toEqual([]);
});

test('within one block: what is revoked first does not share, since its grant was read as it no longer is', async () => {
  const ledger = base.fork();
  const revoke = await ledger.simulate('grant:revoke', { id: grant, reason: zh('撤') }, household);
  const share = await ledger.simulate('share:commit', sent(grant), household);
  expect([ledger.commit(revoke), ledger.commit(share)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test('a delivery that opened is committed for what it opened with, or less, and only while its grant lives', async () => {
  const ledger = base.fork();
  const use = { grant, purpose: 'dpv:IdentityVerification', elements: ['name'], caseRef: 'A-1' };
  const open = () => ledger.write('share', 'share:open', { ...use, rows: 10 }, household);
  const { id } = await open();
  const finish = (changes: object, share = id) => ledger.outcome('share:commit', sent(grant, { share, ...changes }), household);
  expect(await finish({ purpose: 'dpv:PublicBenefit' })).toBe('INPUT_INVALID');
  expect(await finish({ elements: ['name', 'personId'] })).toBe('INPUT_INVALID');
  expect(await finish({ actingFor: 'tax' })).toBe('INPUT_INVALID');
  expect(await finish({ rows: 11 })).toBe('refusal ROWS_EXCEEDED');
  expect(await finish({ rows: 4 })).toBe('committed');
  expect(ledger.get('share', id)).toMatchObject({ rows: 4, rowsReserved: 10, caseRef: 'A-1', version: 2 });
  const other = await granted(ledger, {}, asset);
  const late = await open();
  expect(await ledger.outcome('share:commit', sent(other.id, { share: late.id }), household)).toBe('NOT_FOUND');
  await ledger.submit('grant:revoke', { id: grant, reason: zh('撤') }, household);
  expect(await finish({}, late.id)).toBe('refusal GRANT_NOT_ACTIVE');
  expect(ledger.get('share', late.id)?.status).toBe('opened');
});

test('a delivery bears the marks that its grant allows and no others, and what was made up is counted apart', async () => {
  const ledger = base.fork();
  const marked = (await granted(ledger, { marks: ['canaries'] }, asset)).id;
  const fingerprint = { algorithm: 'aes-cmac-rows-1' as const, root: SHA('b'), rows: 10 };
  const outcome = (id: string, more: object, rows = 10) =>
    ledger.outcome('share:commit', sent(id, { rows, fingerprint: { ...fingerprint, ...more } }), household);
  expect(await outcome(grant, {})).toBe('committed');
  expect(await outcome(grant, { marks: ['canaries'], canaries: 1, rows: 11 })).toBe('INPUT_INVALID');
  expect(await outcome(marked, { marks: ['canaries'], canaries: 2, rows: 12 })).toBe('committed');
  expect(await outcome(marked, { marks: ['order'] })).toBe('INPUT_INVALID');
  expect(await outcome(marked, { marks: ['canaries', 'canaries'] })).toBe('INPUT_INVALID');
  expect(await outcome(marked, { canaries: 1, rows: 11 })).toBe('INPUT_INVALID');
  expect(await outcome(marked, { marks: ['canaries'], canaries: 2 })).toBe('INPUT_INVALID');
});

test('an approval may take marks away, and add none', async () => {
  const ledger = base.fork();
  const ask = (marks?: Mark[]) =>
    ledger.write(
      'grant',
      'grant:request',
      {
        ...{ asset, elements: ['name'], purpose: 'dpv:IdentityVerification', legalBasis: zh('法') },
        constraints: marks ? { marks } : {},
      },
      socialConsumer,
    );
  const approve = async (marks: Mark[] | undefined, to: Mark[]) =>
    ledger.outcome('grant:approve', { id: (await ask(marks)).id, constraints: { marks: to } }, household);
  expect(await approve(['order', 'canaries'], ['order'])).toBe('active');
  expect(await approve(['order'], [])).toBe('active');
  expect(await approve(['order'], ['order', 'canaries'])).toBe('WIDER_THAN_ASKED');
  expect(await approve(undefined, ['order'])).toBe('WIDER_THAN_ASKED');
});

test('an answer in another algorithm cannot be compared, so it is none', async () => {
  const ledger = base.fork();
  const { id } = await ledger.write('share', 'share:commit', sent(grant), household);
  expect(await ledger.outcome('share:acknowledge', { id, payloadHash: SHA('a'), hashAlgorithm: 'sm3' }, socialConsumer)).toBe(
    'INPUT_INVALID',
  );
});

test('rows count over the whole grant: what would exceed them is refused whole, exactly', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 12 }),
      async (maxRows, wanted) => {
        const ledger = base.fork();
        const { id } = await granted(ledger, { maxRows }, asset);
        let taken = 0;
        for (const rows of wanted) {
          const fits = taken + rows <= maxRows;
          expect(await ledger.outcome('share:commit', sent(id, { rows }), household)).toBe(fits ? 'committed' : 'refusal ROWS_EXCEEDED');
          if (fits) taken += rows;
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('a void share gives back neither its use nor its rows', async () => {
  const ledger = base.fork();
  const { id } = await granted(ledger, { maxCount: 1, maxRows: 10 }, asset);
  const share = await ledger.write(
    'share',
    'share:open',
    { grant: id, purpose: 'dpv:IdentityVerification', elements: ['name'], rows: 5 },
    household,
  );
  expect(share.useNumber).toBe(1);
  await ledger.submit('share:void', { id: share.id, reason: zh('中断') }, household);
  expect(await ledger.outcome('share:commit', sent(id, { rows: 5 }), household)).toBe('refusal GRANT_EXHAUSTED');
  expect(await ledger.outcome('share:commit', sent(id, { rows: 6 }), household)).toBe('refusal ROWS_EXCEEDED');
});

test('the answer is due after the acknowledging side’s working days', async () => {
  const ledger = base.fork();
  const share = await ledger.write('share', 'share:commit', sent(grant), household);
  expect(share.answerDueAt).toBe('2026-03-09T15:59:59.999Z');
  ledger.now = new Date(ledger.now.getTime() + 30 * DAY);
  const answer = { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' } as const;
  expect(await ledger.outcome('share:acknowledge', answer, socialConsumer)).toBe('acknowledged');
});
