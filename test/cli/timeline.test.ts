import { drawTrace, type TraceAnswer } from '@drl/gateway/cli/timeline';

const stamp = (at: string, name: string, department: string) => ({ at, transactionId: 'a'.repeat(64), department, mspId: 'XMSP', name });
const made = (id: string, at: string, name = 'household-steward-1', department = 'household') => ({
  id,
  version: 1,
  created: stamp(at, name, department),
  updated: stamp(at, name, department),
});
const hash = (n: string) => n.repeat(64);

function share(id: string, at: string, status: string, more: object = {}) {
  return {
    kind: 'share',
    ...made(id, at),
    grant: 'g1',
    asset: 'a1',
    provider: 'household',
    consumer: 'tax',
    purpose: 'dpv:ServiceProvision',
    elements: ['name'],
    rowsReserved: 10,
    rows: 10,
    payloadHash: hash('a'),
    answerDueAt: at,
    status,
    ...more,
  };
}

const trace = {
  asset: {
    kind: 'asset',
    ...made('a1', '2026-03-02T02:00:00Z'),
    version: 3,
    updated: stamp('2026-03-03T02:00:00Z', 'household-steward-1', 'household'),
    publisher: 'household',
    catalogCode: 'HJ-1',
    title: { zh: '人口\u001b[2J', en: 'Residents' },
    shareType: 'conditional',
    status: 'published',
    overdue: true,
  },
  asOf: { block: 12, headerHash: hash('b') },
  rights: [
    {
      kind: 'right',
      ...made('r1', '2026-03-02T03:00:00Z'),
      holder: 'household',
      rightType: 'ownership',
      status: 'confirmed',
      confirmed: stamp('2026-03-02T04:00:00Z', 'data-bureau-manager-1', 'data-bureau'),
    },
  ],
  grants: [
    {
      kind: 'grant',
      ...made('g1', '2026-03-04T02:00:00Z', 'tax-consumer-1', 'tax'),
      version: 3,
      updated: stamp('2026-03-06T02:00:00Z', 'household-steward-1', 'household'),
      assigner: 'household',
      assignee: 'tax',
      elements: ['name'],
      purpose: 'dpv:ServiceProvision',
      constraints: {},
      dueAt: '2026-03-18T02:00:00Z',
      decided: stamp('2026-03-05T02:00:00Z', 'household-steward-1', 'household'),
      reason: { en: 'looked into' },
      status: 'suspended',
    },
  ],
  shares: [
    share('s3', '2026-03-05T06:00:00Z', 'mismatched', { consumerCommitment: { payloadHash: hash('c') } }),
    share('s2', '2026-03-05T05:00:00Z', 'acknowledged'),
    share('s1', '2026-03-05T04:00:00Z', 'acknowledged'),
    share('s4', '2026-03-05T07:00:00Z', 'committed', { halfOpen: true }),
  ],
  refusals: [
    {
      kind: 'refusal',
      ...made('x1', '2026-03-07T02:00:00Z'),
      consumer: 'tax',
      clause: 'GRANT_NOT_ACTIVE',
      given: 'suspended',
      accepted: 'active',
    },
  ],
  derivations: [
    {
      kind: 'derivation',
      ...made('d1', '2026-03-02T05:00:00Z'),
      asset: 'a1',
      publisher: 'household',
      inputs: [{ asset: 'a0', version: 2, provider: 'civil-affairs' }],
      inForce: true,
    },
    { kind: 'derivation', ...made('d2', '2026-03-08T05:00:00Z'), asset: 'a2', publisher: 'tax', inputs: [{ asset: 'a1' }], inForce: false },
  ],
  nextCursor: null,
} as unknown as TraceAnswer;

test('a trace reads in the order of time, each thing once', () => {
  const drawn = drawTrace(trace).split('\n');
  const place = (text: string) => {
    const found = drawn.map((line, i) => (line.includes(text) ? i : -1)).filter((i) => i >= 0);
    expect([text, found.length]).toEqual([text, 1]);
    return found[0] as number;
  };
  const order = [
    'registered by',
    'ownership claimed',
    'ownership confirmed',
    'made of a0 v2 (civil-affairs)',
    'last changed v3',
    'requested tax',
    'active tax',
    '2 ×  20 rows  acknowledged',
    'mismatched',
    'half-open',
    'suspended tax',
    'GRANT_NOT_ACTIVE',
    'went into a2 (tax)',
  ];
  const places = order.map(place);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(drawn[2]).toContain('12');
  expect(drawn.join()).toContain('aaaaaaaa… ≠ cccccccc…');
  // The record keeps the last reason only: it is the suspension's, not the approval's.
  expect(drawn[places[6] as number]).not.toContain('looked into');
  expect(drawn[places[10] as number]).toContain('looked into');
});

test('both names stand there where a record was passed on, and only there', () => {
  const asset = { ...trace.asset, publisher: 'population', formerly: [{ as: 'publisher', department: 'household' }] };
  const [right] = trace.rights;
  const passed = { ...right, holder: 'population', formerly: [{ as: 'holder', department: 'household' }] };
  const drawn = drawTrace({ ...trace, asset, rights: [passed] } as unknown as TraceAnswer).split('\n');
  expect(drawn[1]).toContain('population (formerly household)');
  expect(drawn.find((line) => line.includes('ownership claimed'))).toContain('by household');
  expect(drawn.find((line) => line.includes('ownership confirmed'))).toContain('→ population (formerly household)');
  expect(drawn.filter((line) => line.includes('acknowledged')).join()).not.toContain('formerly');
});

test('each share by itself where it is asked for; nothing from a record reaches the terminal as a command', () => {
  expect(drawTrace(trace, { all: true }).match(/acknowledged/g)).toHaveLength(2);
  expect(drawTrace(trace)).not.toMatch(/[^\P{Cc}\n]/u);
});
