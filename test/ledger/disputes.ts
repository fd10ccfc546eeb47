import { createHash } from 'node:crypto';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { PHANTOM_READ_CONFLICT, VALID, type World, type Written, word } from './world.js';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });
const text = (en: string) => ({ en });

/** Complaints between departments: what must have one winner, what freezes, and what nobody can hold up. */
export function disputeCases(world: () => World): void {
  const asset = (authoritativeFor: string[] = []): TransactionInput<'asset:register'> => ({
    title: text('Population register'),
    shareType: 'conditional',
    shareCondition: text('For identity verification'),
    shareMethod: 'file',
    elements: [{ name: 'name', type: 'string' }],
    authoritativeFor,
  });
  const social = () => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const socialSteward = () => ({ as: world().people.social, endorsers: [world().manager, world().social] });
  const tax = () => ({ as: world().people.tax, endorsers: [world().manager, world().agencies] });
  const manager = (endorser: string) => ({ as: world().people.manager, endorsers: [world().manager, endorser] });
  const granted = async () => {
    const { record } = await world().write('asset:register', asset());
    await world().write('asset:publish', { id: record.id });
    const wish = { asset: record.id, elements: ['name'], purpose: 'dpv:IdentityVerification', legalBasis: text('Act 7') };
    const { record: grant } = await world().write('grant:request', wish, social());
    await world().write('grant:approve', { id: grant.id });
    return { asset: record.id, grant: grant.id };
  };
  const sent = (grant: string): TransactionInput<'share:commit'> => ({
    grant,
    purpose: 'dpv:IdentityVerification',
    elements: ['name'],
    payloadHash: digest('payload'),
    hashAlgorithm: 'sha-256',
    bytes: 10,
    rows: 1,
  });
  const held = async (kind: 'dispute', id: string) =>
    JSON.parse(await world().ledger.evaluate({ name: 'record:get', input: { kind, id } }, world().people.auditor)) as Written;

  test('feedback goes from who raises it to who publishes, and back', async () => {
    const { asset: id } = await granted();
    const input = { asset: id, dimension: 'stale', severity: 'major', description: text('Half a year old') } as const;
    const { record } = await world().write('feedback:raise', input, social());
    await expect(world().write('feedback:accept', { id: record.id }, tax())).rejects.toEqual(code('NOT_YOURS'));
    await world().write('feedback:accept', { id: record.id });
    await world().write('feedback:fix', { id: record.id });
    await expect(world().write('feedback:confirm', { id: record.id })).rejects.toEqual(code('NOT_YOURS'));
    expect((await world().write('feedback:confirm', { id: record.id }, social())).record.status).toBe('confirmed');
  });

  test('of several ratings of one grant in one month one is given', async () => {
    const { grant } = await granted();
    const { record: share } = await world().write('share:commit', sent(grant));
    await world().write('share:acknowledge', { id: share.id, payloadHash: digest('payload'), hashAlgorithm: 'sha-256' }, social());
    const all = await Promise.allSettled([5, 4, 3].map((score) => world().write('rating:give', { share: share.id, score }, social())));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const lost of all.filter((a) => a.status === 'rejected')) expect(lost.reason).toEqual(code('ALREADY_EXISTS'));
  });

  test('a frozen grant gives nothing, not even to what was endorsed before; dismissed with the respondent’s peer, it gives again', async () => {
    const { grant } = await granted();
    const before = await world().endorse('share:commit', sent(grant));
    const opening = { subject: { kind: 'grant', id: grant }, claim: text('Not as agreed'), freeze: true } as const;
    const { record: dispute } = await world().write('dispute:open', opening, social());
    expect((await world().submit(before)).code).not.toBe(VALID);
    expect((await world().write('share:commit', sent(grant))).record).toMatchObject({ kind: 'refusal', clause: 'GRANT_FROZEN' });
    await world().write('dispute:escalate', { id: dispute.id });
    const ruling = { id: dispute.id, outcome: 'dismissed', ruling: text('As agreed') } as const;
    await expect(world().write('dispute:decide', ruling)).rejects.toEqual(code('ROLE_MISSING'));
    expect((await world().write('dispute:decide', ruling, manager(world().police))).record.status).toBe('decided');
    expect((await world().write('share:commit', sent(grant))).record.kind).toBe('share');
  });

  test('what the manager orders frozen neither party of the grant can hold up', async () => {
    const { asset: id, grant } = await granted();
    const { record: dispute } = await world().write('dispute:open', { subject: { kind: 'asset', id }, claim: text('Ours') }, tax());
    const order = { id: dispute.id, items: [{ kind: 'grant' as const, id: grant }] };
    await world().write('dispute:freeze', order, manager(world().agencies));
    expect((await world().write('share:commit', sent(grant))).record).toMatchObject({ clause: 'GRANT_FROZEN' });
  });

  test('two that claim one data element at once: one meets the other, and a dispute opens with its claim', async () => {
    const element = `de-${word()}`;
    const [ours, theirs] = await Promise.all([
      world().endorse('asset:register', asset([element])),
      world().endorse('asset:register', asset([element]), socialSteward()),
    ]);
    const codes = (await Promise.all([world().submit(ours), world().submit(theirs)])).map((receipt) => receipt.code);
    expect(codes.sort()).toEqual([VALID, PHANTOM_READ_CONFLICT]);
    // Whoever lost tries again; the third comes later.
    const { receipt } = await world().write('asset:register', asset([element]), tax());
    const { record } = await world().write('asset:register', asset([element]));
    const opened = await held('dispute', `dsp-${receipt.transactionId.slice(0, 24)}`);
    expect(opened).toMatchObject({ claimant: 'tax', status: 'opened', subject: { dataElement: element } });
    expect(record.kind).toBe('asset');
  });

  test('a ruling on two claims needs no signature of the one that loses', async () => {
    const element = `de-${word()}`;
    const { record: first } = await world().write('asset:register', asset([element]));
    const { record: second, receipt } = await world().write('asset:register', asset([element]), tax());
    const id = `dsp-${receipt.transactionId.slice(0, 24)}`;
    await world().write('dispute:escalate', { id }, tax());
    const { record } = await world().write(
      'dispute:decide',
      { id, authoritative: first.id, ruling: text('Kept there') },
      manager(world().police),
    );
    expect(record).toMatchObject({ status: 'decided', outcome: 'dismissed', authoritative: first.id, assets: [second.id, first.id] });
  });
}
