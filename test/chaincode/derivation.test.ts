import { MAX_LINKS } from '@drl/chaincode/model/lineage';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import {
  ask,
  auditor,
  city,
  granted,
  household,
  population,
  published,
  SHA,
  sent,
  social,
  socialConsumer,
  tax,
  taxConsumer,
  zh,
} from './city';
import type { TestLedger } from './harness';
import { type Person, person } from './people';

const activity = zh('按区汇总');
const open: Partial<TransactionInput<'asset:register'>> = {
  shareType: 'unconditional',
  elements: [
    { name: 'a', type: 'string' },
    { name: 'b', type: 'string' },
  ],
};

let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

/** An open asset of a department, published; `population` has a condition, which these leave out. */
async function asset(ledger: TestLedger, by: Person, changes: Partial<TransactionInput<'asset:register'>> = {}): Promise<Asset> {
  const { shareCondition: _condition, ...fields } = population;
  const { id } = await ledger.write('asset', 'asset:register', { ...fields, ...open, ...changes }, by);
  return ledger.write('asset', 'asset:publish', { id }, by);
}

/** A share of household data that social insurance has acknowledged. */
async function received(ledger: TestLedger, id: string, elements = ['a']) {
  const grant = await ledger.write('grant', 'grant:request', { ...ask(id), elements }, socialConsumer);
  const active = grant.status === 'active' ? grant : await ledger.write('grant', 'grant:approve', { id: grant.id }, household);
  const share = await ledger.write('share', 'share:commit', sent(active.id, { elements }), household);
  const answer = { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' } as const;
  return { grant: active, share: await ledger.write('share', 'share:acknowledge', answer, socialConsumer) };
}

const derive = (ledger: TestLedger, said: Omit<TransactionInput<'derivation:record'>, 'activity'>, by: Person = social) =>
  ledger.write('derivation', 'derivation:record', { activity, ...said }, by);

/** Household's data, shared with social insurance, which has made something of it and shares that with the tax bureau. */
async function chain(ledger: TestLedger, source: Partial<TransactionInput<'asset:register'>> = {}) {
  const input = await asset(ledger, household, source);
  const { grant, share } = await received(ledger, input.id);
  const output = await asset(ledger, social);
  const derivation = await derive(ledger, { asset: output.id, inputs: [{ asset: input.id, share: share.id }] });
  const downstream = (status: string) =>
    ledger.write('grant', 'grant:request', { ...ask(output.id), elements: ['a'] }, taxConsumer).then((request) => {
      expect(request.status).toBe(status);
      return status === 'active' ? request : ledger.write('grant', 'grant:approve', { id: request.id }, social);
    });
  return { input, grant, share, output, derivation, downstream };
}

const attempt = (ledger: TestLedger, grant: string) => ledger.outcome('share:commit', sent(grant, { elements: ['a'] }), social);

test('what was made of what, by which share, and how far it may go', async () => {
  const ledger = base.fork();
  const { input, grant, share, output, derivation } = await chain(ledger, {
    shareType: 'conditional',
    shareCondition: zh('核验时'),
    level: 'important',
    openToPublic: true,
    elements: [
      { name: 'a', type: 'string', personal: true },
      { name: 'b', type: 'string', shareType: 'none', sensitive: true },
    ],
  });
  const bound = { shareType: 'conditional', personal: true, sensitive: false };
  expect(derivation).toMatchObject({
    asset: output.id,
    assetVersion: 3,
    publisher: 'social-insurance',
    inputs: [{ asset: input.id, version: 2, share: share.id, grant: grant.id, provider: 'household', elements: ['a'] }],
    // What was withheld was not delivered, so it is in nothing that was made.
    effectivePolicy: {
      shareType: 'conditional',
      level: 'important',
      openToPublic: true,
      elements: [
        { name: 'a', ...bound },
        { name: 'b', ...bound },
      ],
    },
    status: 'recorded',
  });
  expect(ledger.get('asset', output.id)).toMatchObject({
    version: 3,
    status: 'published',
    shareType: 'unconditional',
    derived: { derivation: derivation.id, shareType: 'conditional' },
  });
});

test('only the publisher’s steward says it, of data that the department came by', async () => {
  const ledger = base.fork();
  const { input, share, output } = await chain(ledger);
  const other = await asset(ledger, tax);
  const withheld = await granted(ledger, {}, (await published(ledger)).id);
  const pending = await ledger.write('share', 'share:commit', sent(withheld.id), household);
  const own = await asset(ledger, social);
  const say = (said: Partial<TransactionInput<'derivation:record'>>, by = social) =>
    ledger.outcome('derivation:record', { asset: output.id, activity, inputs: [{ asset: input.id, share: share.id }], ...said }, by);
  expect(await say({}, household)).toBe('NOT_YOURS');
  expect(await say({}, socialConsumer)).toBe('ROLE_MISSING');
  expect(await say({}, auditor)).toBe('NOT_YOURS');
  expect(await say({ expectedVersion: 1 })).toBe('VERSION_MISMATCH');
  expect(await say({ inputs: [{ asset: input.id }] })).toBe('INPUT_NOT_RECEIVED');
  expect(await say({ inputs: [{ asset: other.id, share: share.id }] })).toBe('INPUT_NOT_RECEIVED');
  expect(await say({ inputs: [{ asset: pending.asset, share: pending.id }] })).toBe('INPUT_NOT_RECEIVED');
  expect(await say({ inputs: [{ asset: own.id, share: share.id }] })).toBe('INPUT_INVALID');
  expect(await say({ inputs: [{ asset: input.id, share: share.id, version: 3 }] })).toBe('INPUT_INVALID');
  // Before the version that the grant was given on nothing can have been delivered under it.
  expect(await say({ inputs: [{ asset: input.id, share: share.id, version: 1 }] })).toBe('INPUT_INVALID');
  const twice = { asset: own.id };
  expect(await say({ inputs: [twice, twice] })).toBe('INPUT_INVALID');
  expect(await say({ inputs: [{ asset: output.id }] })).toBe('LINEAGE_CYCLE');
  const from = (element: string, origin: string) => [{ element, from: [{ asset: input.id, element: origin }] }];
  expect(await say({ columnMap: from('c', 'a') })).toBe('ELEMENT_UNKNOWN');
  // Element b exists, but was not delivered.
  expect(await say({ columnMap: from('a', 'b') })).toBe('INPUT_INVALID');
  expect(await say({ columnMap: from('a', 'a') })).toBe('recorded');
  expect(await say({ inputs: [{ asset: own.id }, { asset: input.id, share: share.id }] })).toBe('recorded');
  const mismatched = await ledger.write('share', 'share:commit', sent(withheld.id), household);
  await ledger.submit('share:acknowledge', { id: mismatched.id, payloadHash: SHA('c'), hashAlgorithm: 'sha-256' }, socialConsumer);
  const inputs = [{ asset: mismatched.asset, share: mismatched.id }];
  expect(await say({ inputs })).toBe('INPUT_NOT_RECEIVED');
  await ledger.submit('share:resolve', { id: mismatched.id, resolution: zh('重发后一致') }, socialConsumer);
  expect(await say({ inputs })).toBe('recorded');
});

test('a wider setting on the output does not help: requests and shares are held against the inputs as they are now', async () => {
  const ledger = base.fork();
  const { input, output, downstream } = await chain(ledger);
  const grant = await downstream('active');
  expect(await attempt(ledger, grant.id)).toBe('committed');
  const narrow = (changes: TransactionInput<'asset:revise'>['changes']) =>
    ledger.submit('asset:revise', { id: input.id, changes }, household);
  await narrow({ shareType: 'conditional', shareCondition: zh('核验时') });
  // What was granted stays, as it does on the input itself; whoever asks now needs a decision.
  expect(await attempt(ledger, grant.id)).toBe('committed');
  await downstream('requested');
  await narrow({ elements: [{ name: 'a', type: 'string', shareType: 'none' }] });
  expect(await attempt(ledger, grant.id)).toBe('refusal ELEMENT_WITHHELD');
  expect(await ledger.outcome('grant:request', { ...ask(output.id), elements: ['a'] }, taxConsumer)).toBe('ELEMENT_WITHHELD');
  // Opened again upstream: what the derivation was recorded with still binds, and allows it.
  await narrow({ shareType: 'unconditional', shareCondition: null, elements: [{ name: 'a', type: 'string' }] });
  expect(await attempt(ledger, grant.id)).toBe('committed');
});

test('what was strict when it was taken stays so, though its source opens later', async () => {
  const ledger = base.fork();
  const { input, downstream } = await chain(ledger, { shareType: 'conditional', shareCondition: zh('核验时') });
  await ledger.submit('asset:revise', { id: input.id, changes: { shareType: 'unconditional', shareCondition: null } }, household);
  await downstream('requested');
});

test('an asset is not revised, published or resumed wider than its inputs; what says nothing of policy may be mended', async () => {
  const ledger = base.fork();
  const input = await asset(ledger, social, {
    shareType: 'conditional',
    shareCondition: zh('核验时'),
    level: 'important',
    elements: [{ name: 'a', type: 'string', personal: true }],
  });
  const { shareCondition: _condition, ...fields } = population;
  const { id } = await ledger.write('asset', 'asset:register', { ...fields, ...open, openToPublic: true }, social);
  await derive(ledger, { asset: id, inputs: [{ asset: input.id }] });
  const revise = (changes: TransactionInput<'asset:revise'>['changes']) => ledger.outcome('asset:revise', { id, changes }, social);
  expect(await ledger.outcome('asset:publish', { id }, social)).toBe('WIDER_THAN_INPUTS');
  expect(await revise({ openToPublic: false })).toBe('WIDER_THAN_INPUTS');
  expect(await revise({ title: zh('分区人口') })).toBe('registered');
  const bound = { shareType: 'conditional', shareCondition: zh('同上游'), level: 'important', openToPublic: false } as const;
  const marked = ['a', 'b'].map((name) => ({ name, type: 'string' as const, personal: true }));
  expect(await revise({ ...bound })).toBe('WIDER_THAN_INPUTS');
  expect(await revise({ ...bound, elements: marked })).toBe('registered');
  expect(await ledger.outcome('asset:publish', { id }, social)).toBe('published');
  expect(await revise({ level: 'general' })).toBe('WIDER_THAN_INPUTS');
  await ledger.submit('asset:suspend', { id }, social);
  await ledger.submit('asset:revise', { id: input.id, changes: { level: 'core' } }, social);
  expect(await ledger.outcome('asset:resume', { id }, social)).toBe('WIDER_THAN_INPUTS');
  expect(await revise({ level: 'core' })).toBe('suspended');
  expect(await ledger.outcome('asset:resume', { id }, social)).toBe('published');
});

test('suspension, retirement and revocation upstream stop what was made of it at once, two steps down as well', async () => {
  const ledger = base.fork();
  const { input, grant, output, downstream } = await chain(ledger);
  const first = await downstream('active');
  const made = await asset(ledger, social);
  await derive(ledger, { asset: made.id, inputs: [{ asset: output.id }] });
  const second = await ledger.write('grant', 'grant:request', { ...ask(made.id), elements: ['a'] }, taxConsumer);
  const both = async () => [await attempt(ledger, first.id), await attempt(ledger, second.id)];
  const stopped = ['refusal INPUT_SUSPENDED', 'refusal INPUT_SUSPENDED'];
  const flows = ['committed', 'committed'];
  expect(await both()).toEqual(flows);
  const opened = await ledger.write(
    'share',
    'share:open',
    { grant: second.id, purpose: 'dpv:IdentityVerification', elements: ['a'], rows: 1 },
    social,
  );

  await ledger.submit('asset:suspend', { id: input.id }, household);
  expect(await both()).toEqual(stopped);
  expect(ledger.all('refusal').at(-1)).toMatchObject({ clause: 'INPUT_SUSPENDED', given: `${input.id} suspended` });
  expect(await ledger.outcome('share:commit', sent(second.id, { share: opened.id, elements: ['a'], rows: 1 }), social)).toBe(
    'refusal INPUT_SUSPENDED',
  );
  expect(await ledger.outcome('grant:request', { ...ask(made.id), elements: ['a'] }, taxConsumer)).toBe('INPUT_SUSPENDED');
  await ledger.submit('asset:resume', { id: input.id }, household);
  expect(await both()).toEqual(flows);

  await ledger.submit('grant:suspend', { id: grant.id, reason: zh('核查') }, household);
  expect(await both()).toEqual(stopped);
  await ledger.submit('grant:resume', { id: grant.id }, household);
  expect(await both()).toEqual(flows);
  await ledger.submit('grant:revoke', { id: grant.id, reason: zh('滥用') }, household);
  expect(await both()).toEqual(stopped);
  expect(ledger.all('refusal').at(-1)?.given).toBe(`${input.id} grant-revoked ${grant.id}`);
});

test('retirement upstream stops it for good', async () => {
  const ledger = base.fork();
  const { input, downstream } = await chain(ledger);
  const grant = await downstream('active');
  await ledger.submit('asset:retire', { id: input.id }, household);
  expect(await attempt(ledger, grant.id)).toBe('refusal INPUT_SUSPENDED');
});

test('a share endorsed before a suspension upstream does not commit after it', async () => {
  const ledger = base.fork();
  const { input, downstream } = await chain(ledger);
  const grant = await downstream('active');
  const before = await ledger.simulate('share:commit', sent(grant.id, { elements: ['a'] }), social);
  await ledger.submit('asset:suspend', { id: input.id }, household);
  expect(ledger.commit(before)).toBe('MVCC_READ_CONFLICT');
});

test('a later correction loses nothing upstream: who took the data before stays bound', async () => {
  const ledger = base.fork();
  const [raw, other] = [
    await asset(ledger, social, { shareType: 'conditional', shareCondition: zh('核验时') }),
    await asset(ledger, social),
  ];
  const [middle, end] = [await asset(ledger, social), await asset(ledger, social)];
  await derive(ledger, { asset: middle.id, inputs: [{ asset: raw.id }] });
  await derive(ledger, { asset: end.id, inputs: [{ asset: middle.id }] });
  const replaced = ledger.get('asset', middle.id)?.derived?.derivation;
  const again = await derive(ledger, { asset: middle.id, inputs: [{ asset: other.id }] });
  expect(again).toMatchObject({ replaces: replaced, effectivePolicy: { shareType: 'unconditional' } });
  const asking = (id: string) => ledger.outcome('grant:request', { ...ask(id), elements: ['a'] }, taxConsumer);
  expect(await asking(middle.id)).toBe('active');
  expect(await asking(end.id)).toBe('requested');
  await ledger.submit('asset:suspend', { id: raw.id }, social);
  expect(await asking(end.id)).toBe('INPUT_SUSPENDED');
  expect(await asking(middle.id)).toBe('active');
  // And a later discovery binds who took it before as well.
  await ledger.submit('asset:resume', { id: raw.id }, social);
  const found = await asset(ledger, social);
  await derive(ledger, { asset: other.id, inputs: [{ asset: found.id }] });
  await ledger.submit('asset:suspend', { id: found.id }, social);
  expect(await asking(end.id)).toBe('INPUT_SUSPENDED');
});

test('no circle, in whatever order it is told, and not by two at once either', async () => {
  const ledger = base.fork();
  const [a, b, c] = [await asset(ledger, social), await asset(ledger, social), await asset(ledger, social)];
  const say = (output: Asset, input: Asset) => ({ asset: output.id, activity, inputs: [{ asset: input.id }] });
  await ledger.submit('derivation:record', say(c, b), social);
  await ledger.submit('derivation:record', say(b, a), social);
  expect(await ledger.outcome('derivation:record', say(a, c), social)).toBe('LINEAGE_CYCLE');
  expect(await ledger.outcome('derivation:record', say(a, b), social)).toBe('LINEAGE_CYCLE');
  const [d, e] = [await asset(ledger, social), await asset(ledger, social)];
  const [one, two] = [
    await ledger.simulate('derivation:record', say(d, e), social),
    await ledger.simulate('derivation:record', say(e, d), social),
  ];
  expect([ledger.commit(one), ledger.commit(two)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test('what is not derived pays nothing; what is reads no more keys than the bound says', async () => {
  const ledger = base.fork();
  const plain = await received(ledger, (await asset(ledger, household)).id);
  const readsOf = async (grant: string, elements: string[], by: Person) =>
    [...(await ledger.simulate('share:commit', sent(grant, { elements }), by)).reads.keys()].map((key) => key.split('\u0000')[1]);
  const lineage = ['asset', 'derivation', 'grant', 'share'];
  expect((await readsOf(plain.grant.id, ['a'], household)).filter((kind) => lineage.includes(kind as string)).sort()).toEqual([
    'asset',
    'grant',
  ]);

  const raw = [];
  for (let i = 0; i < 20; i++) raw.push({ asset: (await asset(ledger, social)).id });
  const wide = [];
  for (let i = 0; i < 4; i++) {
    const { id } = await asset(ledger, social);
    await derive(ledger, { asset: id, inputs: raw });
    wide.push({ asset: id });
  }
  const widest = await asset(ledger, social);
  await derive(ledger, { asset: widest.id, inputs: [...wide, ...raw.slice(0, 16)] });
  const grant = await ledger.write('grant', 'grant:request', { ...ask(widest.id), elements: ['a'] }, taxConsumer);
  expect((await readsOf(grant.id, ['a'], social)).length).toBeLessThanOrEqual(4 * MAX_LINKS + 6);
  expect(await attempt(ledger, grant.id)).toBe('committed');
  const more = await asset(ledger, social);
  expect(await ledger.outcome('derivation:record', { asset: more.id, activity, inputs: [{ asset: widest.id }] }, social)).toBe(
    'LINEAGE_TOO_LARGE',
  );
  // Grown from upstream: it stops rather than looking away.
  await derive(ledger, { asset: raw[0]?.asset as string, inputs: [{ asset: (await asset(ledger, social)).id }] });
  expect(await attempt(ledger, grant.id)).toBe('refusal LINEAGE_TOO_LARGE');
  expect(await ledger.outcome('grant:request', { ...ask(widest.id), elements: ['a'] }, taxConsumer)).toBe('LINEAGE_TOO_LARGE');
});

test('a department’s successor derives from what its predecessor received; what was derived stays so when it is passed on', async () => {
  const ledger = base.fork();
  const { input, share, output, derivation } = await chain(ledger);
  const own = await asset(ledger, tax);
  const said = { asset: own.id, activity, inputs: [{ asset: input.id, share: share.id }] };
  expect(await ledger.outcome('derivation:record', said, tax)).toBe('INPUT_NOT_RECEIVED');
  const bureau = person('BureauMSP', 'bureau-manager-2', ['manager', 'steward'], { department: 'data-bureau' });
  await ledger.submit(
    'department:succeed',
    { id: 'social-insurance', kind: 'merge', successors: ['tax'], basis: zh('机构改革方案') },
    bureau,
  );
  expect(await ledger.outcome('derivation:record', said, tax)).toBe('recorded');
  await ledger.submit('department:passOn', { record: 'asset', id: output.id, from: 'social-insurance', to: 'tax' }, bureau);
  expect(ledger.get('asset', output.id)).toMatchObject({ publisher: 'tax', derived: { derivation: derivation.id } });
  const again = await derive(ledger, { ...said, asset: output.id }, tax);
  expect(again).toMatchObject({ publisher: 'tax', replaces: derivation.id });
});
