import type { Department } from '@drl/chaincode/model/records/department';
import type { Grant, GrantEffectiveStatus } from '@drl/chaincode/model/records/grant';
import { dateTime, inLanguages, type Json, type Node, node, prefixes, ref } from './jsonld.js';
import { elementIri, ODRL_PROFILE, purposeIri, recordIri } from './names.js';

/** Grants as ODRL policies (W3C, ODRL Information Model 2.2 and Vocabulary & Expression 2.2). */

export interface OdrlContext {
  readonly channel: string;
  /** The two parties, by id; one that is missing is named by its id. */
  readonly departments: ReadonlyMap<string, Department>;
  /** As of the time of the question; default: as the record has it. */
  readonly status?: GrantEffectiveStatus;
}

const { dct, dpv, drl, foaf, odrl, xsd } = prefixes;
const link = (term: string) => ({ '@id': `odrl:${term}`, '@type': '@id' });
const word = (term: string) => ({ '@id': `odrl:${term}`, '@type': '@vocab' });
const terms = (...names: string[]) => Object.fromEntries(names.map((name) => [name, `odrl:${name}`]));

/** The terms of http://www.w3.org/ns/odrl.jsonld that we write, under the same names, so that readers who know that context read these too. */
const context = {
  ...{ dct, dpv, drl, foaf, odrl, xsd },
  ...terms('Agreement', 'Request', 'Permission', 'Duty', 'Constraint', 'AssetCollection', 'Party'),
  ...terms('use', 'purpose', 'dateTime', 'count', 'recipient', 'eq', 'lteq', 'gteq', 'isAnyOf', 'rightOperand'),
  ...Object.fromEntries(
    ['uid', 'profile', 'permission', 'obligation', 'target', 'source', 'assigner', 'assignee'].map((t) => [t, link(t)]),
  ),
  ...Object.fromEntries(['constraint', 'refinement'].map((term) => [term, link(term)])),
  ...Object.fromEntries(['action', 'leftOperand', 'operator'].map((term) => [term, word(term)])),
};

/** Nothing is agreed until the grant is active: a Request, which the assignee makes (Information Model, section 2.1.5). */
const unagreed: ReadonlySet<string> = new Set(['requested', 'returned', 'escalated', 'refused', 'withdrawn']);

export function grantToOdrl(grant: Grant, about: OdrlContext): Node {
  const { channel } = about;
  const iri = recordIri(channel, 'grant', grant.id);
  const status = about.status ?? grant.status;
  const parties = { assigner: partyOf(grant.assigner, about), assignee: partyOf(grant.assignee, about) };
  return node({
    '@context': context,
    '@id': iri,
    uid: iri,
    '@type': unagreed.has(status) ? 'Request' : 'Agreement',
    profile: ODRL_PROFILE,
    'dct:issued': dateTime(grant.decided?.at ?? grant.requestedAt),
    'dct:modified': dateTime(grant.updated.at),
    'dct:replaces': grant.renews === undefined ? undefined : ref(recordIri(channel, 'grant', grant.renews)),
    'dpv:hasLegalBasis': { '@id': `${iri}/legal-basis`, '@type': 'dpv:LegalBasis', 'dct:description': inLanguages(grant.legalBasis) },
    'drl:version': grant.version,
    'drl:status': status,
    'drl:requestedAt': dateTime(grant.requestedAt),
    'drl:dueAt': grant.dueAt === undefined ? undefined : dateTime(grant.dueAt),
    'drl:decidedBy': grant.decided && ref(recordIri(channel, 'department', grant.decided.department)),
    'drl:reason': inLanguages(grant.reason),
    'drl:termsHash': grant.termsHash,
    'drl:offeredTermsHash': grant.termsOffer?.termsHash,
    permission: [
      {
        '@id': `${iri}/permission`,
        '@type': 'Permission',
        ...parties,
        action: 'use',
        target: targetOf(grant, iri, channel),
        constraint: constraintsOf(grant, iri, channel),
      },
    ],
    obligation: grant.duties?.map((duty, i) => ({
      '@id': `${iri}/duty/${i + 1}`,
      '@type': 'Duty',
      assigner: partyRef(grant.assigner, channel),
      assignee: partyRef(grant.assignee, channel),
      action: 'drl:fulfil',
      'dct:description': inLanguages(duty),
    })),
  });
}

/** The granted data items: a part of the asset, told from the rest by a refinement (Information Model, section 2.2.3). */
function targetOf(grant: Grant, iri: string, channel: string): Node {
  const asset = recordIri(channel, 'asset', grant.asset);
  return {
    '@id': `${iri}/target`,
    '@type': 'AssetCollection',
    source: asset,
    'drl:assetVersion': grant.assetVersion,
    refinement: [
      constraint(
        `${iri}/target/elements`,
        'drl:element',
        'isAnyOf',
        grant.elements.map((name) => ref(elementIri(asset, name))),
      ),
    ],
  };
}

/** All have to hold (section 2.5). The times are inclusive, as the contract reads them. */
function constraintsOf({ purpose, constraints, assignee }: Grant, iri: string, channel: string): Node[] {
  const { validFrom, validTo, maxCount, maxRows, recipients = [], marks = [] } = constraints;
  const at = (name: string) => `${iri}/constraint/${name}`;
  const parties = [assignee, ...recipients.filter((id) => id !== assignee)].map((id) => ref(recordIri(channel, 'department', id)));
  return [
    constraint(at('purpose'), 'purpose', 'eq', ref(purposeIri(purpose))),
    // Without recipients of its own a grant is for the assignee alone.
    constraint(at('recipient'), 'recipient', 'isAnyOf', parties),
    ...(validFrom === undefined ? [] : [constraint(at('from'), 'dateTime', 'gteq', dateTime(validFrom))]),
    ...(validTo === undefined ? [] : [constraint(at('to'), 'dateTime', 'lteq', dateTime(validTo))]),
    ...(maxCount === undefined ? [] : [constraint(at('count'), 'count', 'lteq', maxCount)]),
    ...(maxRows === undefined ? [] : [constraint(at('rows'), 'drl:rows', 'lteq', maxRows)]),
    ...(marks.length === 0
      ? []
      : [
          constraint(
            at('marks'),
            'drl:marks',
            'isAnyOf',
            marks.map((mark) => ref(`drl:${mark}`)),
          ),
        ]),
  ];
}

function constraint(iri: string, leftOperand: string, operator: string, rightOperand: Json): Node {
  return { '@id': iri, '@type': 'Constraint', leftOperand, operator, rightOperand };
}

const partyRef = (id: string, channel: string): string => recordIri(channel, 'department', id);

function partyOf(id: string, { channel, departments }: OdrlContext): Node {
  return {
    '@id': partyRef(id, channel),
    '@type': 'Party',
    'dct:identifier': id,
    'foaf:name': inLanguages(departments.get(id)?.name) ?? id,
  };
}
