import { type Gateway, openGateway } from './gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway({ RATE_LIMIT: '20', REFUSAL_RATE_LIMIT: '5', MAX_IN_FLIGHT: '2' });
});
afterAll(() => gateway.close());

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));
/** Three at once, again and again until somebody is told to slow down: so that a slow machine is not taken for a slow caller. */
async function insisting<T extends { status: number }>(make: () => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let round = 0; round < 20 && count(answers, 429) === 0; round += 1) answers.push(...(await many(3, make)));
  return answers;
}
const count = (answers: readonly { status: number }[], status: number) => answers.filter((answer) => answer.status === status).length;

test('a key has so many requests a second, and another key its own', async () => {
  const [mine, theirs] = await Promise.all([
    many(60, () => gateway.call('tax-steward-1', 'GET', '/me')),
    many(5, () => gateway.call('social-consumer-1', 'GET', '/me')),
  ]);
  expect(count(mine, 200)).toBeGreaterThanOrEqual(20);
  expect(count(mine, 429)).toBeGreaterThan(0);
  expect(count(theirs, 200)).toBe(5);
  const limited = mine.find(({ status }) => status === 429);
  expect(limited?.body).toMatchObject({ code: 'RATE_LIMITED', accepted: '20/s' });
  expect(limited?.headers.get('Retry-After')).toBe('1');
});

test('who tries keys is slowed down, and who has one is not', async () => {
  const tried = await insisting(() => gateway.call('nobody', 'GET', '/me'));
  expect(count(tried, 401)).toBeGreaterThanOrEqual(5);
  expect(count(tried, 429)).toBeGreaterThan(0);
  expect((await gateway.call('household-consumer-1', 'GET', '/me')).status).toBe(200);
});

test('who is refused much is slowed down in writing, and reads on', async () => {
  const answers = await insisting(() => gateway.call('household-steward-1', 'POST', '/assets/ast-none/publish', {}));
  // Some meet the bound of what is in flight first, which is a refusal as well.
  expect(count(answers, 404) + count(answers, 503)).toBeGreaterThanOrEqual(5);
  expect(count(answers, 429)).toBeGreaterThan(0);
  expect((await gateway.call('household-steward-1', 'GET', '/me')).status).toBe(200);
});

test('beyond the bound in flight: 503, with when to come back', async () => {
  const forestry = (n: number) => ({ id: `office-${n}`, name: { en: 'Office' }, mspId: 'AgenciesMSP' });
  let n = 0;
  const answers = await many(12, () => gateway.call('data-bureau-manager-1', 'POST', '/departments', forestry(++n)));
  expect(count(answers, 201)).toBeGreaterThanOrEqual(2);
  const full = answers.find(({ status }) => status === 503);
  expect(full?.body.code).toBe('OVERLOADED');
  expect(full?.headers.get('Retry-After')).toBe('1');
});

test('a caller has so many event streams', async () => {
  const stop = new AbortController();
  const open = () =>
    fetch(`${gateway.address}/api/v1/events`, {
      headers: { Authorization: `Bearer ${gateway.tokens.get('auditor-all')}` },
      signal: stop.signal,
    });
  const streams = await many(11, open);
  expect(count(streams, 200)).toBe(10);
  expect(count(streams, 429)).toBe(1);
  stop.abort();
});
