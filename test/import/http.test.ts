import { gzipSync } from 'node:zlib';
import { type Gateway, MANAGER, openGateway } from '../http/gateway';

/** Imports through the real service on a real embedded ledger. */

const yaml = (publish: boolean) => `
mapping: 1
format: csv
language: en
publish: ${publish}
department: { columns: [dept], list: [{ id: household, name: { en: Household } }, { id: parks, name: { en: Parks } }], others: derive }
fields:
  catalogCode: { columns: [code] }
  title: { columns: [name] }
  description: { columns: [about] }
  shareType: { columns: [type], values: { open: unconditional, closed: none } }
  shareBasis: { columns: [basis], whenShareType: none }
  shareMethod: { default: api }
`;
const header = 'dept,code,name,about,type,basis,extra';
const row = (n: number, dept = 'household', name = `Name ${n}`) => `${dept},H-${n},${name},About ${n},open,,x${n}`;
const CSV = { 'Content-Type': 'text/csv' };
const own = (publish = false) => ({ ...CSV, 'Import-Mapping': gzipSync(yaml(publish)).toString('base64url') });

type Event = Record<string, unknown> & { event: string };
interface Listed {
  readonly items: readonly Record<string, unknown>[];
}

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
}, 60_000);
afterAll(() => gateway?.close());

const bring = async (as: string, lines: readonly string[], query = '', headers: Record<string, string> = own()) => {
  const { status, body } = await gateway.call(as, 'POST', `/assets:import${query}`, [header, ...lines].join('\n'), headers);
  const events: Event[] =
    typeof body === 'string'
      ? body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { status, body, events, summary: events.at(-1) as Event };
};
const listed = async (query: string) => ((await gateway.call(MANAGER, 'GET', `/assets?${query}`)).body as Listed).items;

test('a department’s rows, registered as they stand; others’ are refused by line', async () => {
  const { events, summary } = await bring('household-steward-1', [row(1), row(2, 'parks'), row(3)]);
  expect(summary).toMatchObject({ event: 'summary', rows: 3, registered: 2, dropped: 1 });
  expect(events.find((e) => e.event === 'dropped')).toMatchObject({ line: 3, code: 'NOT_YOURS', rule: '1' });
  const [asset] = await listed('catalogCode=H-1');
  expect(asset).toMatchObject({
    status: 'registered',
    title: { en: 'Name 1' },
    created: { name: 'household-steward-1' },
    source: { file: 'catalogue.csv', line: 2, columns: { extra: 'x1', dept: 'household' } },
  });
  expect((asset?.created as object) ?? {}).not.toHaveProperty('custodian');
});

test('a second import changes what the file changed, and leaves what the department did since', async () => {
  const [before] = await listed('catalogCode=H-1');
  const { id } = before as { id: string };
  const step = (method: string, path: string, body: unknown) => gateway.call('household-steward-1', method, path, body);
  await step('PATCH', `/assets/${id}`, { theme: 'population', keywords: ['mine'] });
  await step('PUT', `/assets/${id}/distributions/csv`, { accessURL: 'https://x.example/a.csv' });
  expect((await bring('household-steward-1', [row(1), row(3)])).summary).toMatchObject({ unchanged: 2, revised: 0, registered: 0 });
  expect((await bring('household-steward-1', [row(0), row(1, 'household', 'Renamed')])).summary).toMatchObject({
    registered: 1,
    revised: 1,
  });
  const [after] = await listed('catalogCode=H-1');
  expect(after).toMatchObject({ title: { en: 'Renamed' }, theme: 'population', keywords: ['mine'], distributions: [{ name: 'csv' }] });
});

test('what is published by an import and suspended since stays suspended; --remap revises what a new mapping reads otherwise', async () => {
  const lines = [row(10), row(11)];
  expect((await bring('household-steward-1', lines, '', own(true))).summary).toMatchObject({ registered: 2 });
  const [first] = await listed('catalogCode=H-10');
  expect(first).toMatchObject({ status: 'published' });
  await gateway.call('household-steward-1', 'POST', `/assets/${first?.id}/suspend`, { reason: { en: 'audit' } });
  await bring('household-steward-1', lines, '', own(true));
  expect((await listed('catalogCode=H-10'))[0]).toMatchObject({ status: 'suspended' });
  const other = {
    ...CSV,
    'Import-Mapping': gzipSync(yaml(true).replace('description: { columns: [about] }', 'description: { columns: [extra] }')).toString(
      'base64url',
    ),
  };
  expect((await bring('household-steward-1', lines, '', other)).summary).toMatchObject({ unchanged: 2 });
  expect((await bring('household-steward-1', lines, '?remap=true', other)).summary).toMatchObject({ revised: 2 });
  expect((await listed('catalogCode=H-11'))[0]).toMatchObject({ description: { en: 'x11' }, status: 'published' });
});

test('a manager brings in many: departments admitted once, each row by its own steward, rule 1 upheld', async () => {
  const lines = [row(20, 'parks'), row(21, 'Fire Brigade'), row(22, 'parks'), row(23, '消防')];
  const { events, summary } = await bring(MANAGER, lines, '?admit=true');
  expect(summary).toMatchObject({ rows: 4, registered: 3, dropped: 1, admitted: 2 });
  expect(
    events
      .filter((e) => e.event === 'department')
      .map((e) => e.department)
      .sort(),
  ).toEqual(['fire-brigade', 'parks']);
  expect(events.find((e) => e.event === 'dropped')).toMatchObject({ line: 5, code: 'DEPARTMENT_UNKNOWN', given: '消防' });
  expect((await listed('catalogCode=H-21'))[0]).toMatchObject({
    publisher: 'fire-brigade',
    created: { department: 'fire-brigade', mspId: 'AgenciesMSP', custodian: 'data-bureau' },
  });
  expect((await bring(MANAGER, lines, '?admit=true')).summary).toMatchObject({ registered: 0, unchanged: 3, admitted: 0 });
  expect((await bring('tax-steward-1', lines, '?admit=true')).body).toMatchObject({ status: 403, code: 'ROLE_MISSING' });
});

test('what breaks a rule of the ledger drops its row alone, with the rule', async () => {
  const lines = [
    row(30),
    'household,H-31,Hidden,,closed,,',
    'household,H-32,Call 138 0013 8000,,open,,',
    'household,H-33,Hidden,,closed,Act 5,',
  ];
  const { events, summary } = await bring('household-steward-1', lines);
  expect(summary).toMatchObject({ rows: 4, registered: 2, dropped: 2 });
  const dropped = events.filter((e) => e.event === 'dropped').map(({ line, code, rule }) => ({ line, code, rule }));
  expect(dropped).toEqual(
    expect.arrayContaining([
      { line: 3, code: 'SHARE_TYPE_RULE', rule: '2' },
      { line: 4, code: 'PERSONAL_DATA', rule: '10' },
    ]),
  );
  // The number itself goes nowhere, not even back.
  expect(JSON.stringify(events)).not.toContain('0013');
});

test.each([
  ['no mapping', '', CSV, header, 422, 'MAPPING_UNKNOWN'],
  ['a mapping that is not there', '?mapping=nope', CSV, header, 422, 'MAPPING_UNKNOWN'],
  ['a mapping that is no YAML', '', { ...CSV, 'Import-Mapping': gzipSync('a: [').toString('base64url') }, header, 422, 'MAPPING_INVALID'],
  ['a mapping that is no gzip', '', { ...CSV, 'Import-Mapping': 'xx' }, header, 422, 'MAPPING_INVALID'],
  ['an empty file', '?mapping=dc', CSV, '\n', 422, 'FILE_EMPTY'],
  ['another file', '?mapping=dc', CSV, 'a,b\n1,2\n', 422, 'HEADER_NEEDED'],
  ['JSON that is no catalogue', '', { 'Content-Type': 'application/ld+json' }, '{}', 422, 'FILE_UNREADABLE'],
  ['another kind', '?mapping=dc', { 'Content-Type': 'text/plain' }, header, 415, 'MEDIA_TYPE_UNSUPPORTED'],
  ['another parameter', '?maping=dc', CSV, header, 422, 'INPUT_INVALID'],
])('%s is refused as a whole', async (_what, query, headers, body, status, code) => {
  const answer = await gateway.call('household-steward-1', 'POST', `/assets:import${query}`, body, headers as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toContain(code);
});

test('an import that breaks off keeps what it had brought, and goes on from there', async () => {
  const lines = Array.from({ length: 300 }, (_, n) => row(1000 + n));
  const stop = new AbortController();
  async function* slowly() {
    yield Buffer.from(`${header}\n${lines.slice(0, 200).join('\n')}\n`);
    // The rest never comes: the client goes away.
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
  }
  const answer = await fetch(`${gateway.address}/api/v1/assets:import`, {
    method: 'POST',
    headers: { ...own(), Authorization: `Bearer ${gateway.tokens.get('household-steward-1')}` },
    body: slowly() as unknown as NonNullable<RequestInit['body']>,
    duplex: 'half',
    signal: stop.signal,
  } as RequestInit);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  for (let seen = ''; !seen.includes('"registered"'); ) seen += Buffer.from((await reader.read()).value ?? []).toString();
  stop.abort();
  await reader.read().catch(() => undefined);
  const { summary } = await bring('household-steward-1', lines);
  expect(summary).toMatchObject({ rows: 300, dropped: 0 });
  expect((summary.registered as number) + (summary.unchanged as number)).toBe(300);
  expect(summary.unchanged).toBeGreaterThan(0);
  const codes = [...(await listed('q=Name&limit=200')), ...(await listed('catalogCode=H-1299'))];
  expect(new Set(codes.map((a) => a.catalogCode)).size).toBe(new Set(codes.map((a) => a.id)).size);
});
