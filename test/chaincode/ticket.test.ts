import { createHash } from 'node:crypto';
import { fingerprint } from '@drl/chaincode/certificate';
import { auditor, city, granted, household, published, SHA, sent, social, socialConsumer, tax, taxConsumer, zh } from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
let grant: string;
beforeAll(async () => {
  base = await city();
  grant = (await granted(base, { recipients: ['tax'], maxRows: 20 }, (await published(base)).id)).id;
});
const asking = { purpose: 'dpv:IdentityVerification', elements: ['name'], seconds: 600 };
const issue = (ledger: TestLedger, changes: object = {}) =>
  ledger.write('ticket', 'ticket:issue', { grant, ...asking, ...changes }, socialConsumer);
const der = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

test('a ticket says who asks for what, until when, and which certificate signed it', async () => {
  const ledger = base.fork();
  const ticket = await issue(ledger, { caseRef: 'SI-1' });
  expect(ticket).toMatchObject({
    provider: 'household',
    consumer: 'social-insurance',
    grant,
    elements: ['name'],
    caseRef: 'SI-1',
    status: 'issued',
  });
  expect(Date.parse(ticket.expiresAt)).toBe(Date.parse(ticket.created.at) + 600_000);
  expect(ticket.certificate).toBe(createHash('sha256').update(der(socialConsumer.pem)).digest('hex'));
  expect(ticket.certificate).toBe(fingerprint(socialConsumer.pem));
  for (const [by, code] of [
    [social, 'ROLE_MISSING'],
    [household, 'NOT_YOURS'],
    [taxConsumer, 'NOT_YOURS'],
    [auditor, 'NOT_YOURS'],
  ] as const)
    expect(await ledger.outcome('ticket:issue', { grant, ...asking }, by)).toBe(code);
});

test('a share that stands on it says so, once', async () => {
  const ledger = base.fork();
  const { id: ticket } = await issue(ledger);
  const open = { grant, ticket, purpose: asking.purpose, elements: ['name'], rows: 3 };
  const share = await ledger.write('share', 'share:open', open, household);
  expect(share.ticket).toBe(ticket);
  expect(await ledger.outcome('share:open', open, household)).toBe('refusal TICKET_USED');
  expect(await ledger.outcome('share:commit', sent(grant, { ticket, rows: 3 }), household)).toBe('refusal TICKET_USED');
  expect(await ledger.outcome('share:commit', sent(grant, { share: share.id, ticket: 'tkt-other', rows: 3 }), household)).toBe(
    'INPUT_INVALID',
  );
  expect(await ledger.write('share', 'share:commit', sent(grant, { share: share.id, rows: 3 }), household)).toMatchObject({ ticket });
  expect(await ledger.outcome('share:acknowledge', { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer)).toBe(
    'acknowledged',
  );
});

test('of two that stand on it in one block one is void', async () => {
  const ledger = base.fork();
  const { id: ticket } = await issue(ledger);
  const open = { grant, ticket, purpose: asking.purpose, elements: ['name'], rows: 0 };
  const both = [await ledger.simulate('share:open', open, household), await ledger.simulate('share:open', open, household)];
  expect(both.map((one) => ledger.commit(one))).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test.each([
  ['another purpose', { purpose: 'dpv:ServiceProvision' }, 'PURPOSE_MISMATCH'],
  ['for another', { actingFor: 'tax' }, 'TICKET_MISMATCH'],
  ['more elements', { elements: ['name', 'personId'] }, 'TICKET_MISMATCH'],
])('a share of %s than it says is refused and recorded', async (_what, changes, clause) => {
  const ledger = base.fork();
  const wide = await granted(ledger, { recipients: ['tax'] });
  const asset = wide.asset;
  const both = await ledger.write(
    'grant',
    'grant:request',
    { asset, elements: ['name', 'personId'], purpose: asking.purpose, legalBasis: zh('法'), constraints: { recipients: ['tax'] } },
    socialConsumer,
  );
  await ledger.submit('grant:approve', { id: both.id }, household);
  const ticket = await issue(ledger, { grant: both.id });
  expect(await ledger.outcome('share:commit', sent(both.id, { ticket: ticket.id, ...changes }), household)).toBe(`refusal ${clause}`);
  expect(await ledger.outcome('share:commit', sent(both.id, { ticket: ticket.id }), household)).toBe('committed');
});

test('of another grant, of one that is past, or of none', async () => {
  const ledger = base.fork();
  const other = await granted(ledger);
  const { id: ticket, expiresAt } = await issue(ledger);
  expect(await ledger.outcome('share:commit', sent(other.id, { ticket }), household)).toBe('refusal TICKET_MISMATCH');
  expect(await ledger.outcome('share:commit', sent(grant, { ticket: 'tkt-none' }), household)).toBe('NOT_FOUND');
  expect(await ledger.outcome('share:commit', sent(grant, { ticket }), tax)).toBe('NOT_YOURS');
  ledger.now = new Date(Date.parse(expiresAt) + 1);
  expect(await ledger.outcome('share:commit', sent(grant, { ticket }), household)).toBe('refusal TICKET_EXPIRED');
  ledger.now = new Date(expiresAt);
  expect(await ledger.outcome('share:commit', sent(grant, { ticket, rows: 21 }), household)).toBe('refusal ROWS_EXCEEDED');
  expect(await ledger.outcome('share:commit', sent(grant, { ticket }), household)).toBe('committed');
});
