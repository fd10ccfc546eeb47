import { run } from '@drl/gateway/cli/main';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

/** Household's register, delivered to social insurance, which makes statistics of it and shares them with the tax bureau. */
let gateway: Gateway;
let source: string;
let agreed: string;
let share: string;
let output: string;
let derivation: string;

const steward = 'social-steward-1';
const post = async (as: string, path: string, body: unknown = {}, status = 201) => {
  const answer = await gateway.call(as, 'POST', path, body);
  expect([path, answer.status, answer.body.code]).toEqual([path, status, answer.body.code]);
  return answer;
};
const get = async (as: string, path: string) => (await gateway.call(as, 'GET', path)).body;
const open = { ...population, shareType: 'unconditional', shareCondition: undefined, elements: [{ name: 'name', type: 'string' }] };

async function publishBy(as: string, fields: object): Promise<string> {
  const { body } = await post(as, '/assets', fields);
  await post(as, `/assets/${body.id}/publish`, {}, 200);
  return body.id;
}

beforeAll(async () => {
  gateway = await openGateway();
  source = await publish(gateway);
  agreed = await grant(gateway, source);
  share = (await post('household-steward-1', '/shares', sent(agreed))).body.id;
  await post('social-consumer-1', `/shares/${share}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' }, 200);
  output = await publishBy(steward, { ...open, title: { zh: '参保统计', en: 'Insured, by district' } });
});
afterAll(() => gateway.close());

test('a department says what its asset was made of; who sees the asset sees that', async () => {
  const said = {
    asset: output,
    inputs: [{ asset: source, share }],
    activity: { zh: '按区汇总', en: 'Summed by district' },
    columnMap: [{ element: 'name', from: [{ asset: source, element: 'name' }] }],
  };
  await post('household-steward-1', '/derivations', said, 403);
  await post(steward, '/derivations', { ...said, inputs: [{ asset: source }] }, 409);
  const { body, headers } = await post(steward, '/derivations', said);
  derivation = body.id;
  expect(headers.get('location')).toBe(`/api/v1/derivations/${derivation}`);
  expect(body).toMatchObject({
    publisher: 'social-insurance',
    inputs: [{ asset: source, version: 2, share, grant: agreed, provider: 'household', elements: ['name'] }],
    effectivePolicy: { shareType: 'conditional', elements: [{ name: 'name', shareType: 'conditional', personal: true }] },
    inForce: true,
  });
  for (const as of ['household-consumer-1', 'tax-steward-1', 'auditor-all', MANAGER])
    expect(await get(as, `/derivations/${derivation}`)).toMatchObject({ id: derivation });
  expect((await get('household-consumer-1', `/derivations?input=${source}`)).items).toHaveLength(1);
  expect((await get('tax-steward-1', `/derivations?input=${source}`)).items).toEqual([]);
});

test('what it says of itself does not open it: a request waits for a decision', async () => {
  expect(await get('tax-steward-1', `/assets/${output}`)).toMatchObject({
    shareType: 'unconditional',
    inputsSuspended: false,
    upstream: [],
    effectivePolicy: { shareType: 'conditional' },
  });
  expect((await post('tax-steward-1', '/grants', wish(output))).body).toMatchObject({ status: 'requested' });
  const wider = await gateway.call(steward, 'PATCH', `/assets/${output}`, { openToPublic: true });
  expect(wider).toMatchObject({ status: 409, body: { code: 'WIDER_THAN_INPUTS', rule: '8' } });
});

test('lineage both ways, bounded by depth, drawn for a person', async () => {
  const further = await publishBy(steward, { ...open, title: { en: 'Yearbook' } });
  await post(steward, '/derivations', { asset: further, inputs: [{ asset: output }], activity: { en: 'Compiled' } });
  const seen = await get('auditor-all', `/assets/${output}/lineage`);
  expect(seen).toMatchObject({ asset: output, inputsSuspended: false, truncated: false });
  expect(seen.nodes.map(({ asset, distance }: { asset: string; distance: number }) => [asset, distance])).toEqual([
    [source, -1],
    [output, 0],
    [further, 1],
  ]);
  expect(seen.links).toMatchObject([
    { derivation, output, input: source, inputVersion: 2, share, grant: agreed, inForce: true },
    { output: further, input: output, inForce: true },
  ]);
  const down = await get('household-steward-1', `/assets/${source}/lineage?direction=downstream`);
  expect(down.nodes.map(({ asset }: { asset: string }) => asset)).toEqual([source, output, further]);
  const near = await get('household-steward-1', `/assets/${source}/lineage?direction=downstream&depth=1`);
  expect([near.nodes.length, near.truncated]).toEqual([2, true]);
  expect((await get('household-steward-1', `/assets/${source}/lineage?direction=upstream`)).links).toEqual([]);
  expect((await gateway.call(steward, 'GET', `/assets/${source}/lineage?depth=0`)).status).toBe(422);
  const drl = async (...args: string[]) => {
    let written = '';
    const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += text;
      return true;
    });
    const token = gateway.tokens.get('auditor-all') as string;
    const code = await run(['lineage', ...args, '--url', gateway.address, '--token', token]);
    out.mockRestore();
    return { code, written };
  };
  const drawn = await drl('Yearbook', '--direction', 'upstream');
  expect(drawn.code).toBe(0);
  const lines = drawn.written.split('\n');
  expect(lines[1]).toContain(output);
  expect(lines[2]).toContain(source);
  for (const text of ['Population register', share, 'v2']) expect(lines[2]).toContain(text);
  expect(JSON.parse((await drl(output, '--json')).written)).toMatchObject({ links: seen.links });
});

test('it is in the trace of both assets, in PROV, and has evidence of its own', async () => {
  for (const asset of [source, output]) {
    const trace = await get('auditor-all', `/audit/trace/${asset}`);
    expect(trace.derivations.map(({ id }: { id: string }) => id)).toContain(derivation);
  }
  const prov = await get('auditor-all', `/evidence/asset/${output}?format=prov`);
  const derived = Object.values(prov.wasDerivedFrom) as Record<string, string>[];
  const ends = derived.map((relation) => [relation['prov:generatedEntity'], relation['prov:usedEntity']].join(' ← '));
  expect(ends).toContainEqual(expect.stringMatching(new RegExp(`asset/${output}.*3 ← .*asset/${source}.*2`)));
  const evidence = await gateway.call(steward, 'GET', `/evidence/derivation/${derivation}`);
  expect(evidence.status).toBe(200);
  const verdict = await gateway.call(steward, 'POST', '/evidence/verify', evidence.body);
  expect(verdict.body).toMatchObject({ verdict: 'proven' });
  const whole = await gateway.call(steward, 'GET', `/evidence/asset/${output}`);
  expect((await gateway.call(steward, 'POST', '/evidence/verify', whole.body)).body).toMatchObject({ verdict: 'proven' });
});

test('a suspension upstream shows downstream at once and stops its shares; as of a block before it does not', async () => {
  const { body: asked } = await post('tax-steward-1', '/grants', wish(output));
  await post(steward, `/grants/${asked.id}/approve`, {}, 200);
  await post(steward, '/shares', sent(asked.id));
  const before = (await get('auditor-all', '/ledger')).readModel.block;
  await post('household-steward-1', `/grants/${agreed}/suspend`, { reason: { en: 'Under review' } }, 200);
  const upstream = [{ asset: source, why: 'grant-suspended', grant: agreed }];
  const seen = await gateway.call('tax-steward-1', 'GET', `/assets/${output}`);
  expect(seen.body).toMatchObject({ inputsSuspended: true, upstream });
  expect(seen.headers.get('etag')).toContain('inputs-suspended');
  const further = (await get('auditor-all', `/assets/${output}/lineage?direction=downstream`)).nodes.at(-1).asset;
  expect(await get('tax-steward-1', `/assets/${further}/lineage?direction=upstream`)).toMatchObject({ inputsSuspended: true, upstream });
  expect(await get('auditor-all', `/assets/${further}/lineage?asOfBlock=${before}`)).toMatchObject({
    inputsSuspended: false,
    upstream: [],
  });
  const waiting = async () => (await get(steward, '/inbox')).waiting.filter(({ kind }: { kind: string }) => kind === 'input-suspended');
  expect((await waiting()).map(({ subject }: { subject: { id: string } }) => subject.id).sort()).toEqual([output, further].sort());
  const refused = await post(steward, '/shares', sent(asked.id), 409);
  expect(refused.body).toMatchObject({ code: 'INPUT_SUSPENDED', transactionId: refused.headers.get('ledger-transaction-id') });
  expect((await get('auditor-all', '/audit/refusals?outcome=refused')).items[0]).toMatchObject({ clause: 'INPUT_SUSPENDED' });
  await post('household-steward-1', `/grants/${agreed}/resume`, {}, 200);
  await post(steward, '/shares', sent(asked.id));
  expect(await waiting()).toEqual([]);
});

test('what others have not published stays unsaid, though its data went into what they see', async () => {
  const { body: raw } = await post(steward, '/assets', { ...open, title: { en: 'Raw returns' } });
  const made = await publishBy(steward, open);
  await post(steward, '/derivations', { asset: made, inputs: [{ asset: raw.id }], activity: { en: 'Cleaned' } });
  const seen = await get('tax-steward-1', `/assets/${made}/lineage`);
  expect(seen.nodes[0]).toEqual({ asset: raw.id, distance: -1, publisher: 'social-insurance' });
  expect((await get(steward, `/assets/${made}/lineage`)).nodes[0]).toMatchObject({ title: { en: 'Raw returns' }, status: 'registered' });
  const { body: hidden } = await post('tax-steward-1', '/assets', { ...open, title: { en: 'Draft' } });
  await post('tax-steward-1', '/derivations', { asset: hidden.id, inputs: [{ asset: hidden.id }], activity: { en: 'Copied' } }, 409);
  const kept = await post(steward, '/assets', { ...open, title: { en: 'Draft' } });
  await post(steward, '/derivations', { asset: kept.body.id, inputs: [{ asset: made }], activity: { en: 'Drafted' } });
  expect((await get('tax-steward-1', `/assets/${made}/lineage?direction=downstream`)).links).toEqual([]);
  expect((await get(steward, `/assets/${made}/lineage?direction=downstream`)).links).toHaveLength(1);
  expect((await gateway.call('tax-steward-1', 'GET', `/assets/${kept.body.id}/lineage`)).status).toBe(403);
});

test('derived anew: the earlier derivation is shown as past, and still binds who took the data then', async () => {
  const [raw, other, middle, end] = [
    await publishBy(steward, open),
    await publishBy(steward, open),
    await publishBy(steward, open),
    await publishBy(steward, open),
  ] as const;
  const say = async (asset: string, input: string) =>
    (await post(steward, '/derivations', { asset, inputs: [{ asset: input }], activity: { en: 'Made' } })).body.id as string;
  const first = await say(middle, raw);
  await say(end, middle);
  const second = await say(middle, other);
  expect(await get(steward, `/derivations/${first}`)).toMatchObject({ inForce: false });
  expect(await get(steward, `/derivations/${second}`)).toMatchObject({ inForce: true, replaces: first });
  const assetsOf = async (id: string, direction: string) =>
    (await get(steward, `/assets/${id}/lineage?direction=${direction}`)).nodes.map(({ asset }: { asset: string }) => asset).sort();
  expect(await assetsOf(end, 'upstream')).toEqual([raw, other, middle, end].sort());
  expect(await assetsOf(middle, 'upstream')).toEqual([other, middle].sort());
  expect(await assetsOf(raw, 'downstream')).toEqual([raw, middle, end].sort());
  expect(await assetsOf(other, 'downstream')).toEqual([other, middle, end].sort());
  const later = await publishBy(steward, open);
  await say(later, middle);
  // Taken after the correction: nothing of the earlier input is in it.
  expect(await assetsOf(raw, 'downstream')).not.toContain(later);
  expect(await assetsOf(later, 'upstream')).not.toContain(raw);
});
