import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Act, actsToProv } from '@drl/gateway/standards/prov';
import { mergeProv, type ProvJson } from '@drl/gateway/standards/provDocument';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describeWith } from '../sharedData.js';
import { trails } from './acts.js';
import { CHANNEL, plain } from './assets.js';

const about = { channel: CHANNEL };
const provOf = (acts: readonly Act[], caseReferences = false) => plain(actsToProv(acts, { ...about, caseReferences }));

// biome-ignore lint/suspicious/noExplicitAny: PROV-JSON as it is read.
type Read = any;

/** A reader of its own: who did what, when, for whom, to what, from the document alone. */
function readActs(document: Read): unknown[] {
  const relations = (kind: string): Read[] => Object.values(document[kind] ?? {});
  const parts = (qualified: string) => qualified.replace('rec:', '').split('/').map(decodeURIComponent);
  return Object.entries<Read>(document.activity ?? {}).flatMap(([id, activity]) => {
    if (!id.startsWith('rec:transaction/')) return [];
    const signers = relations('wasAssociatedWith').filter((a) => a['prov:activity'] === id);
    const custodian = signers.find((a) => a['prov:role']?.$ === 'drl:custodian')?.['prov:agent'];
    const signer = signers.find((a) => !a['prov:role'])?.['prov:agent'];
    const office = relations('actedOnBehalfOf').find((d) => d['prov:activity'] === id && d['prov:delegate'] === signer)?.[
      'prov:responsible'
    ];
    const made = relations('wasGeneratedBy').find((g) => g['prov:activity'] === id)?.['prov:entity'] ?? activity['drl:about'];
    const [kind, record, version] = made ? parts(made) : [];
    const agent = document.agent[signer];
    return [
      plain({
        at: activity['prov:startTime'],
        block: activity['drl:block'],
        transactionId: parts(id)[1] as string,
        actor: { name: agent['drl:enrolmentId'], mspId: agent['drl:mspId'], custodian: custodian && parts(custodian)[1] },
        department: parts(office)[1] as string,
        action: activity['prov:label'],
        outcome: activity['drl:outcome'],
        clause: activity['drl:clause'],
        subject: kind && { kind, id: record as string, version: Number(version?.slice(1)) },
      }),
    ];
  });
}

test('the document tells the trail', () =>
  fc.assert(
    fc.property(trails, (acts) => {
      expect(readActs(provOf(acts))).toEqual(acts.map(({ record, ...act }) => act));
    }),
    { numRuns: 100 },
  ));

test('pages of a trail, joined, are the document of the whole', () =>
  fc.assert(
    fc.property(trails, fc.integer({ min: 1, max: 4 }), (acts, size) => {
      const pages = Array.from({ length: Math.ceil(acts.length / size) }, (_, i) => provOf(acts.slice(i * size, (i + 1) * size)));
      if (pages.length > 0) expect(mergeProv(pages)).toEqual(provOf(acts));
    }),
    { numRuns: 100 },
  ));

test('whatever a relation names is declared, as what PROV-DM says it has to be', () => {
  const ends: Readonly<Record<string, string>> = {
    ...{ entity: 'entity', activity: 'activity', agent: 'agent', plan: 'entity', delegate: 'agent', responsible: 'agent' },
    ...{ generatedEntity: 'entity', usedEntity: 'entity', specificEntity: 'entity', generalEntity: 'entity', alternate1: 'entity' },
    ...{ alternate2: 'entity', informed: 'activity', informant: 'activity' },
  };
  fc.assert(
    fc.property(trails, (acts) => {
      const document: Read = provOf(acts);
      const { prefix, entity = {}, activity = {}, agent = {}, ...relations } = document;
      const declared: Read = { entity, activity, agent };
      // PROV-CONSTRAINTS, constraint 55: nothing is both an entity and an activity.
      expect(Object.keys(entity).filter((id) => id in activity)).toEqual([]);
      for (const bucket of Object.values<Read>(relations))
        for (const relation of Object.values<Read>(bucket))
          for (const [attribute, id] of Object.entries<Read>(relation)) {
            const end = attribute.replace('prov:', '');
            if (ends[end]) expect(declared[ends[end]]).toHaveProperty([id]);
            if (end === 'influencer') expect({ ...entity, ...activity }).toHaveProperty([id]);
          }
    }),
    { numRuns: 100 },
  );
});

test('case numbers only where they are asked for', () => {
  const share = fc.sample(
    trails.filter((acts) => acts.some(({ record }) => record?.kind === 'share' && record.caseRef)),
    { numRuns: 1, seed: 3 },
  )[0] as Act[];
  expect(JSON.stringify(provOf(share))).not.toContain('case-7');
  expect(JSON.stringify(provOf(share, true))).toContain('case-7');
});

test('two words on a payload are one only where they agree', () => {
  const share = (received: string) => {
    const word = (payloadHash: string) => ({ payloadHash, hashAlgorithm: 'sha-256' });
    const [act] = fc.sample(
      trails.map((acts) => acts.find(({ record }) => record?.kind === 'share')).filter((a) => a !== undefined),
      { numRuns: 1, seed: 1 },
    );
    const record = { ...act?.record, providerCommitment: word('a'.repeat(64)), consumerCommitment: word(received) };
    return provOf([{ ...act, record } as unknown as Act]) as Read;
  };
  expect(Object.values(share('a'.repeat(64)).alternateOf)).toHaveLength(1);
  expect(share('b'.repeat(64)).alternateOf).toBeUndefined();
});

test('what an asset was made of is said as a derivation of its version from theirs, and by which delivery it came', () => {
  const [act] = fc.sample(
    trails.map((acts) => acts.find(({ record }) => record?.kind === 'derivation')).filter((a) => a !== undefined),
    { numRuns: 1, seed: 5 },
  );
  const inputs = [
    { asset: 'ast-0', version: 2, provider: 'household', share: 'shr-7' },
    { asset: 'ast-2', version: 1, provider: 'tax' },
  ];
  const document = provOf([{ ...act, record: { ...act?.record, assetVersion: 3, inputs } } as unknown as Act]) as Read;
  const ends = (kind: string, from: string, to: string) => Object.values<Read>(document[kind]).map((r) => `${r[from]} ${r[to]}`);
  expect(ends('wasDerivedFrom', 'prov:generatedEntity', 'prov:usedEntity')).toEqual(
    expect.arrayContaining(['rec:asset/ast-1/v3 rec:asset/ast-0/v2', 'rec:asset/ast-1/v3 rec:asset/ast-2/v1']),
  );
  expect(ends('used', 'prov:activity', 'prov:entity')).toEqual([
    'rec:making/derivation-1 rec:delivery/shr-7/payload',
    'rec:making/derivation-1 rec:asset/ast-2/v1',
  ]);
});

describeWith('PROV-JSON', ['prov'], (dir) => {
  const schema = JSON.parse(readFileSync(join(dir, 'src/prov/tests/schemas/prov-json.schema.json'), 'utf8'));
  // Draft 4, as the submission has it; its dates and URIs are held too.
  const ajv = new Ajv({ schemaId: 'id', meta: false, format: 'full', allErrors: true, unknownFormats: [] });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
  const validate = ajv.compile(schema);
  const faults = (document: unknown) =>
    validate(document) ? [] : (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
  const cases = readdirSync(join(dir, 'json'))
    .sort()
    .map((name) => ({ name, document: JSON.parse(readFileSync(join(dir, 'json', name), 'utf8')) as ProvJson }));

  test('the schema takes the cases, but those that the submission itself goes beyond it with', () => {
    const refused = cases.filter(({ document }) => faults(document).length > 0).map(({ name }) => name.replace('.json', ''));
    // Ends that are left open, statements that share a name, members as a list; `wasEndedBy`, which the schema spells otherwise.
    expect(refused).toEqual([
      ...['attr_communication0', 'attr_generation0', 'attr_usage0', 'delegation1', 'derivation1', 'derivation9', 'end3', 'end7', 'member2'],
      ...['end1', 'end3', 'generation1', 'invalidation1', 'start1', 'start3', 'usage1'].map((name) => `scruffy-${name}-M`),
    ]);
  });

  test('every document of ours is valid by its schema', () => {
    for (const acts of fc.sample(trails, { numRuns: 100, seed: 7 })) expect(faults(provOf(acts, true))).toEqual([]);
  });

  test('which does refuse what is spoilt', () => {
    const acts = fc.sample(
      trails.filter((a) => a.some(({ record }) => record?.kind === 'share')),
      { numRuns: 1, seed: 2 },
    )[0] as Act[];
    const whole = JSON.stringify(provOf(acts));
    for (const [was, is] of [
      ['"prov:agent":', '"prov:was":'],
      ['"prov:delegate":', '"prov:was":'],
      ['"specializationOf":', '"isOf":'],
      ['"type":"prov:QUALIFIED_NAME"', '"kind":"prov:QUALIFIED_NAME"'],
      ['"prov:generalEntity":', '"prov:was":'],
    ] as const) {
      expect(whole).toContain(was);
      expect([was, faults(JSON.parse(whole.replaceAll(was, is))).length]).not.toEqual([was, 0]);
    }
  });

  test('the cases are read as they are: a document joined with itself, or cut in two and joined, is the same', () => {
    expect(cases.length).toBeGreaterThan(90);
    for (const { name, document } of cases) {
      expect([name, asSets(mergeProv([document, document]))]).toEqual([name, asSets(document)]);
      expect([name, asSets(mergeProv(halves(document)))]).toEqual([name, asSets(document)]);
    }
  });

  /** Attributes are sets of values (PROV-DM, section 5.7.3): some cases repeat one. */
  function asSets(document: ProvJson): unknown {
    return JSON.parse(JSON.stringify(document), (_, value) =>
      Array.isArray(value) ? value.filter((a, i) => value.findIndex((b) => JSON.stringify(a) === JSON.stringify(b)) === i) : value,
    );
  }

  function halves(document: ProvJson): ProvJson[] {
    const half = (odd: number) =>
      Object.fromEntries(
        Object.entries(document).map(([kind, bucket]) => [
          kind,
          kind === 'prefix' ? bucket : Object.fromEntries(Object.entries(bucket).filter((_, i) => i % 2 === odd)),
        ]),
      ) as unknown as ProvJson;
    return [half(0), half(1)];
  }
});
