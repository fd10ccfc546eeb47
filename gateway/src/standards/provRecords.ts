import type { Localized } from '@drl/chaincode/model/records/common';
import type { Derivation } from '@drl/chaincode/model/records/derivation';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { Share } from '@drl/chaincode/model/records/share';
import { recordPath } from './names.js';
import { type Attributes, type Document, type Literal, name } from './provDocument.js';

/** What each record becomes in PROV: a version is an entity, a specialization of the record; a delivery is an activity of its own. */

export interface ProvContext {
  readonly channel: string;
  /** Only where every reader of the file may know the consumer's case numbers. */
  readonly caseReferences?: boolean;
}

const path = (kind: string, id: string, version?: number): string => `rec:${recordPath(kind, id, version)}`;

/** The type of a record's entities: `audit-query` → `drl:AuditQuery`. */
const typeOf = (kind: string): string =>
  `drl:${kind
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;

export function describe(document: Document, record: LedgerRecord, transaction: string, office: string, about: ProvContext): void {
  const { kind, id, version } = record;
  const general = path(kind, id);
  const entity = path(kind, id, version);
  document.add('entity', general, { 'prov:type': name(typeOf(kind)) });
  document.add('entity', entity, {
    'prov:type': [name(typeOf(kind)), ...(kind === 'grant' ? [name('prov:Plan')] : [])],
    'drl:version': version,
  });
  document.add('entity', entity, { 'drl:status': record.status, ...attributesOf(record) });
  document.relate('specializationOf', [entity, general], { 'prov:specificEntity': entity, 'prov:generalEntity': general });
  document.relate('wasGeneratedBy', [entity, transaction], {
    'prov:entity': entity,
    'prov:activity': transaction,
    'prov:time': record.updated.at,
  });
  document.relate('wasAttributedTo', [entity, office], { 'prov:entity': entity, 'prov:agent': office });
  if (version > 1) {
    const before = path(kind, id, version - 1);
    document.add('entity', before, {});
    document.relate('wasDerivedFrom', [entity, before], {
      'prov:generatedEntity': entity,
      'prov:usedEntity': before,
      'prov:activity': transaction,
      'prov:type': name('prov:Revision'),
    });
  }
  for (const subject of subjectsOf(record)) {
    document.add('entity', subject, {});
    document.relate('wasInfluencedBy', [entity, subject], { 'prov:influencee': entity, 'prov:influencer': subject });
  }
  if (kind === 'derivation') make(document, record, transaction);
  if (kind === 'share') deliver(document, record, transaction, about);
}

/** What a record speaks of: the other records that it names. */
function subjectsOf(record: LedgerRecord): string[] {
  switch (record.kind) {
    case 'derivation':
      return record.inputs.flatMap(({ share }) => (share === undefined ? [] : [path('share', share)]));
    case 'right':
      return [path('asset', record.asset), ...(record.transferredFrom ? [path('right', record.transferredFrom)] : [])];
    case 'contest':
      return [path('right', record.right)];
    case 'grant':
      return [path('asset', record.asset, record.assetVersion), ...(record.renews ? [path('grant', record.renews)] : [])];
    case 'share':
      return [path('grant', record.grant), ...(record.ticket ? [path('ticket', record.ticket)] : [])];
    case 'ticket':
    case 'refusal':
      return [path('grant', record.grant)];
    default:
      return [];
  }
}

function attributesOf(record: LedgerRecord): Attributes {
  switch (record.kind) {
    case 'data-element':
      return { 'prov:label': inLanguages(record.name), 'drl:owner': record.owner, 'drl:edition': record.edition };
    case 'asset':
      return { 'prov:label': inLanguages(record.title), 'drl:shareType': record.shareType, 'drl:contentHash': record.contentHash };
    case 'right':
      return { 'drl:rightType': record.rightType, 'drl:role': record.role, 'drl:holder': record.holder };
    case 'contest':
      return { 'drl:by': record.by };
    case 'grant':
      return {
        ...{ 'drl:assigner': record.assigner, 'drl:assignee': record.assignee },
        ...{ 'drl:purpose': purposeOf(record.purpose), 'drl:element': record.elements },
      };
    case 'share':
      return { 'drl:resolution': inLanguages(record.resolution) };
    case 'refusal':
      return { 'drl:clause': record.clause, 'drl:given': record.given, 'drl:accepted': record.accepted };
    default:
      return {};
  }
}

/** prov:Activity: what turned the inputs, as they were delivered, into this version of the output. */
function make(document: Document, derivation: Derivation, transaction: string): void {
  const { id, asset, assetVersion, inputs, publisher } = derivation;
  const making = path('making', id);
  const output = path('asset', asset, assetVersion);
  const maker = path('department', publisher);
  document.add('activity', making, {
    'prov:type': name('drl:Making'),
    'prov:label': inLanguages(derivation.activity),
    'prov:startTime': derivation.startedAt,
    'prov:endTime': derivation.endedAt,
  });
  document.add('entity', output, { 'prov:type': [name('drl:Asset')], 'drl:version': assetVersion });
  document.add('agent', maker, { 'prov:type': name('prov:Organization'), 'drl:department': publisher });
  document.relate('wasInformedBy', [transaction, making], { 'prov:informed': transaction, 'prov:informant': making });
  document.relate('wasAssociatedWith', [making, maker], { 'prov:activity': making, 'prov:agent': maker });
  for (const input of inputs) {
    const taken = path('asset', input.asset, input.version);
    document.add('entity', taken, { 'prov:type': [name('drl:Asset')], 'drl:version': input.version });
    document.relate('wasDerivedFrom', [output, taken], { 'prov:generatedEntity': output, 'prov:usedEntity': taken });
    const used = input.share === undefined ? taken : `${path('delivery', input.share)}/payload`;
    document.add('entity', used, {});
    document.relate('used', [making, used], { 'prov:activity': making, 'prov:entity': used });
  }
}

/** prov:Activity: the delivery that a share's records speak of, with what was sent, and what was received in the consumer's own words. */
function deliver(document: Document, share: Extract<LedgerRecord, { kind: 'share' }>, transaction: string, about: ProvContext): void {
  const delivery = path('delivery', share.id);
  const asset = path('asset', share.asset);
  const plan = path('grant', share.grant);
  document.add('activity', delivery, {
    'prov:type': name('drl:Delivery'),
    'prov:startTime': share.startedAt,
    'prov:endTime': share.endedAt,
    'drl:purpose': purposeOf(share.purpose),
    'drl:element': share.elements,
    'drl:caseRef': about.caseReferences ? share.caseRef : undefined,
  });
  document.add('entity', asset, { 'prov:type': name('drl:Asset') });
  document.add('entity', plan, { 'prov:type': [name('prov:Plan')] });
  document.relate('used', [delivery, asset], { 'prov:activity': delivery, 'prov:entity': asset });
  // The ledger was told of the delivery: it, not the record, is what happened.
  document.relate('wasInformedBy', [transaction, delivery], { 'prov:informed': transaction, 'prov:informant': delivery });
  for (const side of ['provider', 'consumer'] as const) {
    const party = path('department', share[side]);
    document.add('agent', party, { 'prov:type': name('prov:Organization'), 'drl:department': share[side] });
    document.relate('wasAssociatedWith', [delivery, party, side], {
      ...{ 'prov:activity': delivery, 'prov:agent': party, 'prov:plan': plan },
      'prov:role': name(`drl:${side}`),
    });
  }
  if (share.actingFor !== undefined && share.actingFor !== share.consumer) {
    const [consumer, principal] = [path('department', share.consumer), path('department', share.actingFor)];
    document.add('agent', principal, { 'prov:type': name('prov:Organization'), 'drl:department': share.actingFor });
    document.relate('actedOnBehalfOf', [consumer, principal, delivery], {
      ...{ 'prov:delegate': consumer, 'prov:responsible': principal, 'prov:activity': delivery },
    });
  }
  payloads(document, share, delivery, asset);
}

function payloads(document: Document, share: Share, delivery: string, asset: string): void {
  const { providerCommitment: sent, consumerCommitment: received } = share;
  const payload = `${delivery}/payload`;
  const answer = `${delivery}/received`;
  if (sent) {
    document.add('entity', payload, {
      ...{ 'prov:type': name('drl:Payload'), 'drl:payloadHash': sent.payloadHash, 'drl:hashAlgorithm': sent.hashAlgorithm },
      ...{ 'drl:bytes': sent.bytes, 'drl:rows': sent.rows },
    });
    document.relate('wasGeneratedBy', [payload, delivery], {
      'prov:entity': payload,
      'prov:activity': delivery,
      'prov:time': share.endedAt,
    });
    document.relate('wasDerivedFrom', [payload, asset], {
      ...{ 'prov:generatedEntity': payload, 'prov:usedEntity': asset, 'prov:activity': delivery },
    });
    const provider = path('department', share.provider);
    document.relate('wasAttributedTo', [payload, provider], { 'prov:entity': payload, 'prov:agent': provider });
  }
  if (!received) return;
  document.add('entity', answer, {
    ...{ 'prov:type': name('drl:Received'), 'drl:payloadHash': received.payloadHash, 'drl:hashAlgorithm': received.hashAlgorithm },
  });
  const consumer = path('department', share.consumer);
  document.relate('wasAttributedTo', [answer, consumer], { 'prov:entity': answer, 'prov:agent': consumer });
  // Two words on one thing only where they agree: a mismatch keeps both, unrelated but by the delivery.
  const agree = sent?.payloadHash === received.payloadHash && sent.hashAlgorithm === received.hashAlgorithm;
  if (agree) document.relate('alternateOf', [answer, payload], { 'prov:alternate1': answer, 'prov:alternate2': payload });
  else document.relate('wasInfluencedBy', [answer, delivery], { 'prov:influencee': answer, 'prov:influencer': delivery });
}

/** A purpose of DPV is its own name; of another vocabulary a plain text. */
function purposeOf(purpose: string): Literal | string {
  return purpose.startsWith('dpv:') ? name(purpose) : purpose;
}

function inLanguages(text: Localized | undefined): Literal[] | undefined {
  if (!text) return undefined;
  return (['zh', 'en'] as const).flatMap((lang) => (text[lang] === undefined ? [] : [{ $: text[lang] as string, lang }]));
}
