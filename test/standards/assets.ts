import { type Asset, elementType, level, shareMethod } from '@drl/chaincode/model/records/asset';
import type { Department } from '@drl/chaincode/model/records/department';
import { themes } from '@drl/chaincode/model/vocabularies';
import type { DcatContext } from '@drl/gateway/standards/dcat';
import fc from 'fast-check';

/** Assets of every shape that the schema allows, texts as people write them: no white space at the ends or doubled, which an import does not keep. */

export const CHANNEL = 'data-rights';

export const stamp = (at: string) => ({
  at,
  transactionId: 'a'.repeat(64),
  department: 'transport',
  mspId: 'AgenciesMSP',
  name: 'transport-steward-1',
});
export const words = fc
  .array(
    fc.oneof(
      fc.constantFrom('公交', '站点', 'Bus', 'stops;', 'a,b', '"quoted"', '<tag>', 'é', '{x}', '\\', '%', '😀', '@id'),
      fc.stringMatching(/^[A-Za-z0-9:/#?]{1,8}$/),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(' '));
const names = (max: number) => fc.uniqueArray(words, { minLength: 0, maxLength: max });
export const localized = fc.oneof(
  words.map((zh) => ({ zh })),
  words.map((en) => ({ en })),
  fc.record({ zh: words, en: words }),
);
export const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
export const time = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((d) => d.toISOString().replace('.000Z', 'Z'));
export const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const period = fc.constantFrom('realtime', 'PT1H', 'P1D', 'P7D', 'P1M', 'P3M', 'P1Y', 'P45D', 'P1Y6M', 'PT10M');
export const recordId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);

const open = fc.record({
  title: optional(localized),
  type: fc.constantFrom(...elementType.options),
  dataElementId: optional(recordId),
  shareType: optional(fc.constantFrom('unconditional', 'conditional', 'none')),
  personal: optional(fc.boolean()),
  sensitive: optional(fc.boolean()),
  identifies: optional(fc.boolean()),
});
/** The contract takes no detail of a confidential one. */
const element = fc.oneof(
  { weight: 5, arbitrary: open },
  fc.record({ type: fc.constant('string' as const), confidential: fc.constant(true) }),
);
const address = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  words.map((w) => `https://city.example/${w}`),
  words.map((w) => `file:${w}.csv`),
  words,
);
const distribution = fc.record({
  accessURL: address,
  mediaType: optional(fc.constantFrom('text/csv', 'application/json', 'application/vnd.ms-excel')),
  conformsTo: optional(fc.webUrl()),
  checksum: optional(fc.record({ algorithm: fc.constantFrom('sha-256', 'sm3'), value: digest })),
});

const sharing = fc.oneof(
  fc.constant({ shareType: 'unconditional' as const }),
  fc.record({ shareType: fc.constant('conditional' as const), shareCondition: localized, shareBasis: optional(localized) }),
  fc.record({ shareType: fc.constant('none' as const), shareBasis: localized, shareCondition: optional(localized) }),
);

const rest = fc.record({
  catalogCode: words,
  title: localized,
  description: optional(localized),
  theme: optional(fc.constantFrom(...themes.map(({ id }) => id), 'energy', 'own-theme')),
  keywords: optional(fc.uniqueArray(words, { minLength: 1, maxLength: 4 })),
  shareMethod: fc.constantFrom(...shareMethod.options),
  openToPublic: optional(fc.boolean()),
  accrualPeriodicity: optional(period),
  contentModified: optional(time),
  contentHash: optional(digest),
  level: optional(fc.constantFrom(...level.options)),
  authoritativeFor: optional(fc.uniqueArray(recordId, { maxLength: 3 })),
});

const named = <T>(body: fc.Arbitrary<T>) =>
  names(5).chain((all) =>
    fc.tuple(...all.map((name) => body.map((b) => ({ name, ...b })))).map((items) => items as (T & { name: string })[]),
  );

export const assets: fc.Arbitrary<Asset> = fc
  .tuple(rest, sharing, named(element), named(distribution), fc.constantFrom('registered', 'published', 'suspended', 'retired'))
  .map(
    ([fields, shared, elements, distributions, status]) =>
      plain({ ...base, ...fields, ...shared, elements, distributions, status }) as unknown as Asset,
  );

const base = {
  kind: 'asset',
  id: 'ast-1',
  version: 2,
  created: stamp('2026-03-01T08:00:00.000Z'),
  updated: stamp('2026-03-02T08:00:00.000Z'),
  publisher: 'transport',
};

/** Without undefined members, as the ledger has it. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

export const departments = new Map<string, Department>([
  ['transport', { id: 'transport', name: { zh: '市交通运输局', en: 'Transport Bureau' } } as Department],
]);
export const about: DcatContext = { channel: CHANNEL, departments };

export const busStops = {
  ...base,
  catalogCode: 'JT-001',
  title: { zh: '公交站点', en: 'Bus stops' },
  theme: 'transport',
  keywords: ['bus', '公交'],
  elements: [
    { name: 'stopId', title: { zh: '站点编号' }, type: 'string', dataElementId: 'de-1' },
    { name: 'driver', type: 'string', shareType: 'none', personal: true },
  ],
  shareType: 'conditional',
  shareCondition: { zh: '用于交通规划' },
  shareMethod: 'file',
  accrualPeriodicity: 'P1M',
  contentModified: '2026-02-27T08:00:00Z',
  authoritativeFor: [],
  distributions: [
    { name: 'CSV', accessURL: 'file:stops.csv', mediaType: 'text/csv', checksum: { algorithm: 'sha-256', value: 'ab'.repeat(32) } },
    { name: 'API', accessURL: 'https://city.example/stops', mediaType: 'application/json', conformsTo: 'https://schemas.example/stops' },
  ],
  status: 'published',
} as unknown as Asset;
