import { readTrust } from '@drl/gateway/evidence/trust';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { directories } from '@drl/gateway/start/directories';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent } from './gateway.js';

/** Feedback, ratings and disputes as their users meet them. */
let gateway: Gateway;
let asset: string;
let agreed: string;
let share: string;
beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway);
  agreed = await grant(gateway, asset);
  share = (await call('household-steward-1', 'POST', '/shares', sent(agreed))).body.id;
});
afterAll(() => gateway.close());

const call: Gateway['call'] = (...args) => gateway.call(...args);
const ids = async (as: string, path: string): Promise<string[]> =>
  (await call(as, 'GET', path)).body.items.map(({ id }: { id: string }) => id);
const text = (en: string) => ({ en });
const proven = async (as: string, path: string) => {
  const { status, body } = await call(as, 'GET', path);
  expect(status).toBe(200);
  const report = await verifyEvidence(Buffer.from(JSON.stringify(body)), await readTrust(directories(gateway.dir).trust));
  return report.verdict;
};

test('quality feedback: raised, answered, fixed, confirmed; whoever sees the asset sees what is said of it', async () => {
  const raised = await call('social-consumer-1', 'POST', '/feedback', {
    asset,
    dimension: 'stale',
    severity: 'major',
    description: text('Not updated for half a year'),
  });
  expect(raised).toMatchObject({
    status: 201,
    body: { status: 'raised', publisher: 'household', by: 'social-insurance', assetVersion: 2 },
  });
  const { id } = raised.body;
  const step = (as: string, verb: string, body: object = {}) => call(as, 'POST', `/feedback/${id}/${verb}`, body);
  expect(await step('social-steward-1', 'accept')).toMatchObject({ status: 403, body: { code: 'NOT_YOURS' } });
  expect(await step('household-steward-1', 'accept', { reason: text('It will be') })).toMatchObject({
    status: 200,
    body: { status: 'accepted' },
  });
  expect(await step(MANAGER, 'decide', { outcome: 'dismissed', reason: text('No') })).toMatchObject({
    status: 409,
    body: { code: 'NOT_DUE' },
  });
  expect((await step('household-steward-1', 'fix')).body).toMatchObject({ status: 'fixed', fixedIn: 2 });
  expect((await step('social-consumer-1', 'confirm')).body.status).toBe('confirmed');

  for (const as of ['social-steward-1', 'household-consumer-1', MANAGER, 'auditor-all']) expect(await ids(as, '/feedback')).toContain(id);
  for (const as of ['tax-steward-1', 'auditor-tax']) {
    expect(await ids(as, '/feedback')).not.toContain(id);
    expect(await ids(as, `/feedback?asset=${asset}`)).toEqual([id]);
    expect((await call(as, 'GET', `/feedback/${id}`)).status).toBe(200);
  }
  expect(await ids(MANAGER, `/feedback?asset=${asset}&status=confirmed&dimension=stale&party=household`)).toEqual([id]);
  expect(await ids(MANAGER, `/feedback?asset=${asset}&status=escalated`)).toEqual([]);
  expect(await proven('social-consumer-1', `/evidence/feedback/${id}`)).toBe('proven');
});

test('of an asset that one does not see, one sees nothing said either', async () => {
  const hidden = await publish(gateway);
  const said = { asset: hidden, dimension: 'distorted', severity: 'minor', description: text('Half the rows are missing') };
  const { id } = (await call('tax-steward-1', 'POST', '/feedback', said)).body;
  await call('household-steward-1', 'POST', `/assets/${hidden}/suspend`, {});
  expect((await call('social-steward-1', 'GET', `/feedback/${id}`)).status).toBe(403);
  expect((await call('social-steward-1', 'GET', `/feedback?asset=${hidden}`)).status).toBe(403);
  expect((await call('tax-steward-1', 'GET', `/feedback/${id}`)).status).toBe(200);
});

test('a rating stands on one’s own acknowledged share, one for each grant and month', async () => {
  const rate = (as: string, score: number) => call(as, 'POST', '/ratings', { share, score, comment: text('In time') });
  expect(await rate('social-consumer-1', 4)).toMatchObject({ status: 409, body: { code: 'STATE_FORBIDS' } });
  await call('social-consumer-1', 'POST', `/shares/${share}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' });
  expect(await rate('tax-steward-1', 1)).toMatchObject({ status: 403, body: { code: 'NOT_YOURS' } });
  const both = await Promise.all([rate('social-consumer-1', 4), rate('social-steward-1', 2)]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  const given = both.find(({ status }) => status === 201)?.body;
  expect(both.find(({ status }) => status === 409)?.body.code).toBe('ALREADY_EXISTS');
  expect(await ids('tax-steward-1', `/ratings?asset=${asset}`)).toEqual([given.id]);
  expect(await ids('tax-steward-1', '/ratings')).toEqual([]);
  expect(await ids('household-steward-1', '/ratings?party=household')).toEqual([given.id]);
  expect(await proven('household-steward-1', `/evidence/rating/${given.id}`)).toBe('proven');
});

test('a dispute: opened with a freeze, answered, mediated, decided and closed; a frozen grant’s refusal is on the ledger', async () => {
  const opened = await call('social-consumer-1', 'POST', '/disputes', {
    subject: { kind: 'grant', id: agreed },
    claim: text('The rows are not those agreed'),
    evidence: [{ hash: HASH, note: text('Our comparison') }],
    freeze: true,
  });
  expect(opened).toMatchObject({
    status: 201,
    body: { status: 'opened', tier: 'negotiation', claimant: 'social-insurance', respondent: 'household', overdue: false, assets: [asset] },
  });
  const { id } = opened.body;
  const step = (as: string, verb: string, body: object = {}) => call(as, 'POST', `/disputes/${id}/${verb}`, body);
  expect((await call('household-steward-1', 'GET', `/grants/${agreed}`)).body.frozen).toBe(true);
  const refused = await call('household-steward-1', 'POST', '/shares', sent(agreed));
  expect(refused).toMatchObject({ status: 409, body: { code: 'GRANT_FROZEN' } });
  expect(refused.headers.get('ledger-transaction-id')).toMatch(/^[0-9a-f]{64}$/);

  for (const party of ['household', 'social-insurance']) expect(await ids(MANAGER, `/disputes?party=${party}&status=opened`)).toContain(id);
  for (const as of ['tax-steward-1', 'auditor-tax']) {
    expect((await call(as, 'GET', `/disputes/${id}`)).status).toBe(403);
    expect(await ids(as, '/disputes')).toEqual([]);
  }
  expect(await ids('auditor-all', `/disputes?subject=${agreed}`)).toEqual([id]);

  expect((await step('household-steward-1', 'answer', { text: text('They are') })).body).toMatchObject({ status: 'negotiation' });
  expect(await step(MANAGER, 'decide', { outcome: 'upheld', ruling: text('So') })).toMatchObject({
    status: 409,
    body: { code: 'STATE_FORBIDS' },
  });
  expect((await step('household-steward-1', 'escalate')).body).toMatchObject({ status: 'mediation', tier: 'mediation' });
  expect((await step('social-consumer-1', 'submit', { evidence: [{ hash: HASH, note: text('The file') }] })).body.statements).toHaveLength(
    3,
  );
  expect(await step('social-consumer-1', 'submit', {})).toMatchObject({ status: 422 });
  expect((await step(MANAGER, 'decide', { outcome: 'dismissed', ruling: text('The rows are those agreed') })).body).toMatchObject({
    status: 'decided',
    outcome: 'dismissed',
  });
  expect((await call('household-steward-1', 'GET', `/grants/${agreed}`)).body.frozen).toBe(false);
  expect((await call('household-steward-1', 'POST', '/shares', sent(agreed))).status).toBe(201);
  expect((await step(MANAGER, 'close')).body.status).toBe('closed');
  expect(await proven('household-steward-1', `/evidence/dispute/${id}`)).toBe('proven');
  expect((await call('tax-steward-1', 'GET', `/evidence/dispute/${id}`)).status).toBe(403);
});

test('two sources of one data element: both contested, both told, settled by a ruling without the loser', async () => {
  const first = await publish(gateway, { authoritativeFor: ['DE-100', 'DE-101'] });
  const claim = { ...population, authoritativeFor: ['DE-100'] };
  const { body: rival } = await call('tax-steward-1', 'POST', '/assets', claim);
  expect(rival).toMatchObject({ status: 'registered', contested: true, overruled: [] });
  const seen = async (as: string, id: string) => (await call(as, 'GET', `/assets/${id}`)).body;
  expect((await seen('household-steward-1', first)).contested).toBe(true);
  const [dispute] = (await call('household-steward-1', 'GET', '/disputes?party=household&element=DE-100')).body.items;
  expect(dispute).toMatchObject({
    claimant: 'tax',
    respondent: 'household',
    status: 'opened',
    subject: { kind: 'authority', dataElement: 'DE-100', assets: [rival.id, first] },
  });
  expect(await ids('tax-steward-1', '/disputes?party=tax')).toEqual([dispute.id]);
  expect(await ids('household-steward-1', `/disputes?asset=${first}`)).toEqual([dispute.id]);
  expect(await proven('tax-steward-1', `/evidence/dispute/${dispute.id}`)).toBe('proven');

  const inbox = async (as: string) => (await call(as, 'GET', '/inbox')).body;
  const waiting = async (as: string) =>
    (await inbox(as)).waiting
      .filter(({ subject }: { subject: { id: string } }) => subject.id === dispute.id)
      .map(({ kind }: { kind: string }) => kind);
  expect(await waiting('household-steward-1')).toEqual(['answer-dispute']);
  expect(await waiting('tax-steward-1')).toEqual(['settle-dispute']);
  expect((await inbox('household-steward-1')).items[0]).toMatchObject({
    action: 'asset:register',
    by: 'tax',
    subject: { kind: 'dispute', id: dispute.id },
  });
  expect(await waiting(MANAGER)).toEqual([]);

  await call('household-steward-1', 'POST', `/disputes/${dispute.id}/escalate`, {});
  expect(await waiting(MANAGER)).toEqual(['decide-dispute']);
  const ruling = { authoritative: first, ruling: text('The register of residents is kept there') };
  expect((await call(MANAGER, 'POST', `/disputes/${dispute.id}/decide`, ruling)).body).toMatchObject({
    status: 'decided',
    authoritative: first,
  });
  expect(await seen('household-steward-1', first)).toMatchObject({ contested: false, overruled: [] });
  expect(await seen('tax-steward-1', rival.id)).toMatchObject({ contested: false, overruled: ['DE-100'] });
  const trace = (await call('household-steward-1', 'GET', `/audit/trace/${first}`)).body;
  expect(trace.asset.contested).toBe(false);
});

test('claims that arrive at once end contested, with one dispute for each pair', async () => {
  const claim = { ...population, authoritativeFor: ['DE-200'] };
  const all = await Promise.all(
    ['household-steward-1', 'social-steward-1', 'tax-steward-1'].map((as) => call(as, 'POST', '/assets', claim)),
  );
  expect(all.map(({ status }) => status)).toEqual([201, 201, 201]);
  const disputes = (await call(MANAGER, 'GET', '/disputes?element=DE-200')).body.items;
  const pairs = disputes.map(({ claimant, respondent }: Record<string, string>) => [claimant, respondent].sort().join(' '));
  expect(pairs.sort()).toEqual(['household social-insurance', 'household tax', 'social-insurance tax']);
});
