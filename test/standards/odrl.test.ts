import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Grant } from '@drl/chaincode/model/records/grant';
import { grantToOdrl } from '@drl/gateway/standards/odrl';
import fc from 'fast-check';
import { CHANNEL, departments, plain } from './assets.js';
import { grants } from './grants.js';
import { judge } from './rdf.js';

const about = { channel: CHANNEL, departments };
const shapes = readFileSync(join(__dirname, 'odrl.shapes.ttl'), 'utf8');
const samples = fc.sample(grants, { numRuns: 40, seed: 5 });
const ODRL = 'http://www.w3.org/ns/odrl/2/';
const OWN = 'urn:data-rights-ledger:ns#';
const BASE = 'urn:data-rights-ledger:channel:data-rights/';

// biome-ignore lint/suspicious/noExplicitAny: expanded JSON-LD.
type Expanded = any;

/** A reader of its own, from the expanded graph alone: what a grant says is all in its policy. */
function readGrant(policy: Expanded): Partial<Grant> {
  const one = (node: Expanded, property: string) => node[property]?.[0];
  const texts = (node: Expanded, property: string) =>
    Object.fromEntries((node?.[property] ?? []).map((t: Expanded) => [t['@language'], t['@value']]));
  const id = (node: Expanded) => decodeURIComponent(node['@id'].slice(node['@id'].lastIndexOf('/') + 1));
  const permission = one(policy, `${ODRL}permission`);
  const target = one(permission, `${ODRL}target`);
  const asset = one(target, `${ODRL}source`);
  const constraints = Object.fromEntries(
    permission[`${ODRL}constraint`].map((c: Expanded) => [
      `${one(c, `${ODRL}leftOperand`)['@id']} ${one(c, `${ODRL}operator`)['@id'].slice(ODRL.length)}`,
      c[`${ODRL}rightOperand`],
    ]),
  );
  const value = (name: string) => constraints[name]?.[0]['@value'];
  const assignee = id(one(permission, `${ODRL}assignee`));
  const recipients = constraints[`${ODRL}recipient isAnyOf`].map(id).filter((party: string) => party !== assignee);
  const purpose = constraints[`${ODRL}purpose eq`][0]['@id'];
  const duties = policy[`${ODRL}obligation`]?.map((duty: Expanded) => texts(duty, 'http://purl.org/dc/terms/description'));
  return plain({
    assigner: id(one(permission, `${ODRL}assigner`)),
    assignee,
    asset: id(asset),
    assetVersion: one(target, `${OWN}assetVersion`)['@value'],
    elements: one(target, `${ODRL}refinement`)[`${ODRL}rightOperand`].map(id),
    purpose: purpose.replace('https://w3id.org/dpv#', 'dpv:').replace('urn:data-rights-ledger:purpose:', ''),
    legalBasis: texts(one(policy, 'https://w3id.org/dpv#hasLegalBasis'), 'http://purl.org/dc/terms/description'),
    constraints: {
      validFrom: value(`${ODRL}dateTime gteq`),
      validTo: value(`${ODRL}dateTime lteq`),
      maxCount: value(`${ODRL}count lteq`),
      maxRows: value(`${OWN}rows lteq`),
      ...(recipients.length > 0 ? { recipients } : {}),
      marks: constraints[`${OWN}marks isAnyOf`]?.map((mark: Expanded) => mark['@id'].slice(OWN.length)),
    },
    duties,
    termsHash: one(policy, `${OWN}termsHash`)?.['@value'],
    renews: policy['http://purl.org/dc/terms/replaces'] && id(one(policy, 'http://purl.org/dc/terms/replaces')),
    requestedAt: one(policy, `${OWN}requestedAt`)['@value'],
    dueAt: one(policy, `${OWN}dueAt`)?.['@value'],
    reason: policy[`${OWN}reason`] && texts(policy, `${OWN}reason`),
    status: one(policy, `${OWN}status`)['@value'],
  });
}

test('the policy says all that the grant says', () => {
  const judged = judge(samples.map((grant) => ({ document: grantToOdrl(grant, about) })));
  expect(judged.flatMap(({ error }) => error ?? [])).toEqual([]);
  for (const [i, grant] of samples.entries()) {
    const { kind, id, version, created, updated, decided, ...said } = grant;
    expect(readGrant(judged[i]?.expanded[0])).toEqual(said);
    expect(judged[i]?.expanded[0]['@id']).toBe(`${BASE}grant/grt-1`);
  }
});

test('what the Information Model asks of it holds', () => {
  const judged = judge(
    samples.map((grant) => ({ document: grantToOdrl(grant, about) })),
    [shapes],
  );
  expect(judged.flatMap(({ results }) => results)).toEqual([]);
});

test('and is missed where it does not', () => {
  const grant = {
    ...(samples[0] as Grant),
    status: 'active' as const,
    constraints: { validTo: '2027-01-01T00:00:00Z', maxCount: 3 },
    duties: [{ en: 'Tell us' }],
  };
  const { '@context': context, ...policy } = grantToOdrl(grant, about);
  const whole = JSON.stringify(policy);
  const spoilt: readonly (readonly [path: string, spoil: (document: string) => string])[] = [
    ['uid', (d) => d.replace(/"uid":"[^"]*",/, '')],
    ['profile', (d) => d.replace(/"profile":"[^"]*",/, '')],
    ['2', (d) => d.replace('"permission":', '"drl:was":').replace('"obligation":', '"drl:had":')],
    ['assigner', (d) => d.replaceAll('"assigner":', '"drl:was":')],
    ['action', (d) => d.replaceAll('"action":', '"drl:was":')],
    ['target', (d) => d.replace('"target":', '"drl:was":')],
    ['source', (d) => d.replace('"source":', '"drl:was":')],
    ['operator', (d) => d.replaceAll('"operator":"lteq"', '"operator":"drl:below"')],
    ['rightOperand', (d) => d.replaceAll('"rightOperand":', '"drl:was":')],
    ['count', (d) => d.replace('"rightOperand":3', '"rightOperand":"three"')],
  ];
  const judged = judge(
    spoilt.map(([, spoil]) => ({ document: { '@context': context, ...JSON.parse(spoil(whole)) } })),
    [shapes],
  );
  expect(judged.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(spoilt.filter((_, i) => judged[i]?.results.length === 0).map(([what]) => what)).toEqual([]);
});

test('an agreement only once both have agreed, and as long as it was one', () => {
  const typed = (grant: Grant, status?: 'escalated' | 'expired' | 'exhausted') =>
    grantToOdrl(grant, status ? { ...about, status } : about)['@type'];
  for (const status of ['requested', 'returned', 'refused', 'withdrawn'] as const)
    expect(typed({ ...(samples[0] as Grant), status })).toBe('Request');
  for (const status of ['active', 'suspended', 'revoked'] as const) expect(typed({ ...(samples[0] as Grant), status })).toBe('Agreement');
  expect(typed({ ...(samples[0] as Grant), status: 'requested' }, 'escalated')).toBe('Request');
  expect(typed({ ...(samples[0] as Grant), status: 'active' }, 'expired')).toBe('Agreement');
});
