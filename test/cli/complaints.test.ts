import { run } from '@drl/gateway/cli/main';
import { type Gateway, grant, HASH, openGateway, publish, sent } from '../http/gateway.js';

/** `drl feedback`, `drl rate`, `drl disputes`, `drl dispute`, against the real service. */
let gateway: Gateway;
let asset: string;
let agreed: string;
let share: string;
let written: string;
beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway);
  agreed = await grant(gateway, asset);
  share = (await gateway.call('household-steward-1', 'POST', '/shares', sent(agreed))).body.id;
  await gateway.call('social-consumer-1', 'POST', `/shares/${share}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
beforeEach(() => {
  written = '';
});
afterAll(async () => {
  jest.restoreAllMocks();
  await gateway.close();
});

const drl = async (as: string, ...args: string[]) => {
  written = '';
  return run([...args, '--url', gateway.address, '--token', gateway.tokens.get(as) as string]);
};

test('what is wrong with an asset is said, and read by whoever sees the asset', async () => {
  expect(await drl('social-consumer-1', 'feedback', asset, '--dimension', 'stale', '--severity', 'major', '--say', 'From March')).toBe(0);
  expect(await drl('social-consumer-1', 'rate', share, '2', '--comment', 'Late')).toBe(0);
  expect(await drl('social-consumer-1', 'rate', share, '5')).toBe(1);
  expect(await drl('tax-steward-1', 'feedback', asset)).toBe(0);
  expect(written).toMatch(/fbk-[0-9a-f]{24} .*social-insurance .*stale: From March\n/);
  expect(written).toMatch(/2\.0/);
  expect(await drl('tax-steward-1', 'feedback', asset, '--dimension', 'ugly')).toBe(2);
});

test('a dispute is listed for its sides alone, and shown with every word in order', async () => {
  const claim = {
    subject: { kind: 'grant', id: agreed },
    claim: { en: 'Not as agreed' },
    evidence: [{ hash: HASH, note: { en: 'Minutes' } }],
  };
  const { id } = (await gateway.call('social-consumer-1', 'POST', '/disputes', claim)).body;
  await gateway.call('household-steward-1', 'POST', `/disputes/${id}/answer`, { text: { en: 'It is' } });
  expect(await drl('household-steward-1', 'disputes')).toBe(0);
  expect(written).toContain(id);
  expect(await drl('tax-steward-1', 'disputes')).toBe(0);
  expect(written).toBe('');
  expect(await drl('household-steward-1', 'dispute', id)).toBe(0);
  const places = ['Not as agreed', 'Minutes', 'It is'].map((word) => written.indexOf(word));
  expect(places.every((place) => place > 0) && places.every((place, i) => i === 0 || place > (places[i - 1] as number))).toBe(true);
  expect(await drl('tax-steward-1', 'dispute', id)).toBe(1);
});
