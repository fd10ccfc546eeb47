import type { Asset } from '@drl/chaincode/model/records/asset';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import type { Demand } from '@drl/chaincode/model/records/demand';
import type { Derivation } from '@drl/chaincode/model/records/derivation';
import type { Dispute } from '@drl/chaincode/model/records/dispute';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { formerlyOf } from '@drl/chaincode/model/rules/passing';
import { nameKey, namesOf, termFields, useFields } from './naming.js';
import { wordsOf } from './words.js';

/** What of each record is indexed, and which records lie together. */

/** Records of one asset lie together, so that a trace is a few bounded range reads whatever the ledger's size. Never changes in a record's life. */
export function clusterOf(record: LedgerRecord): string {
  return 'asset' in record ? record.asset : record.id;
}

export const clustered: ReadonlySet<RecordKind> = new Set<RecordKind>([
  'derivation',
  'right',
  'contest',
  'grant',
  'ticket',
  'share',
  'refusal',
  'rating',
  'feedback',
]);

/** Every stored status of a kind: together they hold each record once, so that they stand for the list of all. */
export const statuses: { readonly [K in RecordKind]: readonly RecordOf<K>['status'][] } = {
  settings: ['active'],
  department: ['active', 'dissolved'],
  'data-element': ['proposed', 'returned', 'adopted', 'retired'],
  asset: ['registered', 'published', 'suspended', 'retired'],
  derivation: ['recorded'],
  right: ['claimed', 'confirmed', 'transferred', 'lapsed'],
  contest: ['open', 'upheld', 'dismissed'],
  demand: ['open', 'matched', 'rejected', 'withdrawn', 'fulfilled'],
  joining: ['open', 'withdrawn', 'fulfilled'],
  grant: ['requested', 'returned', 'active', 'refused', 'withdrawn', 'suspended', 'revoked'],
  ticket: ['issued'],
  share: ['opened', 'committed', 'acknowledged', 'mismatched', 'resolved', 'void'],
  refusal: ['refused'],
  rating: ['given'],
  feedback: ['raised', 'accepted', 'contested', 'fixed', 'confirmed', 'withdrawn', 'dismissed'],
  dispute: ['opened', 'negotiation', 'mediation', 'decided', 'closed'],
  plan: ['active'],
  'audit-query': ['recorded'],
};

/** A field and a value, ready to stand in a key. */
export type Indexed = readonly [field: string, value: string];

export function indexedOf(record: LedgerRecord): Indexed[] {
  const own = fieldsOf(record);
  for (const department of new Set(formerlyOf(record)?.map((former) => former.department))) own.push(['formerly', department]);
  own.push(['status', record.status]);
  return own;
}

function fieldsOf(record: LedgerRecord): Indexed[] {
  switch (record.kind) {
    case 'data-element':
      return dataElementFields(record);
    case 'asset':
      return assetFields(record);
    case 'derivation':
      return [['publisher', record.publisher], ...inputAssets(record).map((id): Indexed => ['input', id])];
    case 'right':
      return record.offeredTo === undefined
        ? [['holder', record.holder]]
        : [
            ['holder', record.holder],
            ['offeredTo', record.offeredTo],
          ];
    case 'contest':
      return [
        ['right', record.right],
        ['by', record.by],
        ['holder', record.holder],
      ];
    case 'demand':
      return demandFields(record);
    case 'joining':
      return [
        ['demand', record.demand],
        ['by', record.by],
      ];
    case 'grant': {
      const recipients = new Set(record.constraints.recipients);
      return [
        ['assigner', record.assigner],
        ['assignee', record.assignee],
        ...(record.demand === undefined ? [] : [['demand', record.demand] as const]),
        ...[...recipients].map((department): Indexed => ['recipients', department]),
      ];
    }
    case 'share':
      return [
        ['grant', record.grant],
        ['provider', record.provider],
        ['consumer', record.consumer],
        ...(record.actingFor === undefined ? [] : [['actingFor', record.actingFor] as const]),
        ...(record.payloadHash === undefined ? [] : [['payloadHash', record.payloadHash] as const]),
      ];
    case 'ticket':
    case 'refusal':
      return [
        ['grant', record.grant],
        ['provider', record.provider],
        ['consumer', record.consumer],
      ];
    case 'rating':
      return [
        ['grant', record.grant],
        ['share', record.share],
        ['provider', record.provider],
        ['by', record.by],
      ];
    case 'feedback':
      return [
        ['publisher', record.publisher],
        ['by', record.by],
        ['dimension', record.dimension],
      ];
    case 'dispute':
      return disputeFields(record);
    case 'department':
      return [['mspId', record.mspId], ...(record.succession?.successors ?? []).map((id): Indexed => ['successor', id])];
    case 'plan':
      return [
        ['department', record.department],
        ['year', String(record.year)],
      ];
    case 'audit-query':
      return [['by', record.by]];
    case 'settings':
      return [];
  }
}

function dataElementFields(element: DataElement): Indexed[] {
  const fields: Indexed[] = [
    ['owner', element.owner],
    ['type', element.type],
    ['revised', String(element.revision?.status === 'proposed')],
  ];
  for (const word of wordsOf(searched(element))) fields.push(['word', word]);
  for (const word of wordsOf(namesOf(element))) fields.push(['named', word]);
  fields.push(...termFields(element));
  return fields;
}

/** `subject` names a record; `element` the data element that two assets claim; `freezes` a grant or right. */
function disputeFields({ claimant, respondent, assets, subject, freezes }: Dispute): Indexed[] {
  return [
    ['claimant', claimant],
    ['respondent', respondent],
    ...assets.map((id): Indexed => ['asset', id]),
    subject.kind === 'authority' ? ['element', subject.dataElement] : ['subject', subject.id],
    ...freezes.map(({ id }): Indexed => ['freezes', id]),
  ];
}

function assetFields(asset: Asset): Indexed[] {
  const fields: Indexed[] = [
    ['publisher', asset.publisher],
    ['shareType', asset.shareType],
    ['attached', String(asset.distributions.length > 0)],
  ];
  if (asset.theme !== undefined) fields.push(['theme', asset.theme]);
  if (asset.catalogCode !== undefined) fields.push(['catalogCode', asset.catalogCode]);
  for (const name of elementNames(asset)) fields.push(['element', name]);
  for (const title of elementTitles(asset)) fields.push(['titled', title]);
  for (const id of new Set(asset.authoritativeFor)) fields.push(['authority', id]);
  for (const word of wordsOf(searched(asset))) fields.push(['word', word]);
  fields.push(...useFields(asset));
  return fields;
}

function demandFields(demand: Demand): Indexed[] {
  const fields: Indexed[] = [['by', demand.by]];
  if (demand.match !== undefined) fields.push(['owner', demand.match.owner], ['asset', demand.match.asset]);
  if (demand.theme !== undefined) fields.push(['theme', demand.theme]);
  for (const name of elementNames(demand)) fields.push(['element', name]);
  for (const title of elementTitles(demand)) fields.push(['titled', title]);
  for (const word of wordsOf(searched(demand))) fields.push(['word', word]);
  return fields;
}

/** What elements are called beside their names, in the form in which names are compared. */
function elementTitles({ elements }: Pick<Demand, 'elements'>): Set<string> {
  const called = elements.flatMap(({ name, title }) => present([name, title?.zh, title?.en]).map(nameKey));
  const names = new Set(elements.map(({ name }) => name));
  return new Set(called.filter((key) => key !== '' && !names.has(key)));
}

export function elementNames({ elements }: Pick<Demand, 'elements'>): Set<string> {
  return new Set(elements.flatMap((e) => (e.dataElementId === undefined ? [e.name] : [e.name, e.dataElementId])));
}

/** What it was made of: each asset once, however many deliveries of it went in. */
export function inputAssets({ inputs }: Derivation): string[] {
  return [...new Set(inputs.map(({ asset }) => asset))];
}

/** The texts that `q` searches. */
export function searched(record: LedgerRecord): string[] {
  switch (record.kind) {
    case 'data-element':
      return present([record.id, ...namesOf(record), record.definition.zh, record.definition.en, record.standard]);
    case 'asset': {
      const { title, description, keywords = [] } = record;
      return present([title.zh, title.en, description?.zh, description?.en, ...keywords]);
    }
    case 'demand':
      return present([record.want.zh, record.want.en]);
    default:
      return [];
  }
}

function present(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}
