import type { Localized } from '@drl/chaincode/model/records/common';
import type { Demand, WantedElement } from '@drl/chaincode/model/records/demand';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { type Add, consumer, MANAGER, type MomentReader, steward } from './cast.js';

/** What the demonstration's departments needed and did not find (scripts/demo/demands.yaml). */
type Moment = Parameters<MomentReader>[0];

interface Need extends Pick<Demand, 'purpose' | 'legalBasis'> {
  readonly by: string;
  readonly at: Moment;
  /** Days from then on. */
  readonly neededIn: number;
}

export interface DemoDemand extends Need, Pick<Demand, 'want'>, Partial<Pick<Demand, 'theme' | 'frequency' | 'rows'>> {
  readonly key: string;
  readonly elements: readonly (readonly [name: string, zh: string, en: string, type: string, ...marks: string[]])[];
  /** Grants that name it. */
  readonly grants?: readonly string[];
  readonly joined?: readonly Need[];
  readonly steps?: readonly {
    readonly at: Moment;
    readonly do: 'match' | 'reject' | 'withdraw';
    /** The department that acts: the owner of the asset where it is not said. */
    readonly by?: string;
    readonly asset?: string;
    readonly reason?: Localized;
  }[];
}

const DAY = 86_400_000;
const BUREAU = 'data-bureau';

/** `publisherOf`: the department of an asset of the demonstration. */
export function demandSteps(demand: DemoDemand, publisherOf: (asset: string) => string, moment: MomentReader, add: Add): void {
  const { key, by, at, neededIn, elements, grants: _grants, joined = [], steps = [], ...fields } = demand;
  const filed = moment(at);
  const input = { ...fields, elements: elements.map(wanted), neededBy: neededBy(filed, neededIn) };
  add(filed, consumer(by), 'demand:file', () => input, key);
  for (const { by: other, at: when, neededIn: within, ...ground } of joined)
    add(moment(when), consumer(other), 'demand:join', (ids) => ({ id: ids(key), ...ground, neededBy: neededBy(moment(when), within) }));
  let owner = '';
  for (const { at: when, do: verb, by: actor, asset, reason } of steps) {
    if (asset !== undefined) owner = publisherOf(asset);
    const as = actor === BUREAU ? MANAGER : verb === 'withdraw' ? consumer(by) : steward(actor ?? owner);
    const said = reason === undefined ? {} : { reason };
    add(
      moment(when),
      as,
      `demand:${verb}`,
      (ids) => ({ id: ids(key), ...(asset === undefined ? said : { asset: ids(asset) }) }) as TransactionInput<'demand:reject'>,
    );
  }
}

function wanted([name, zh, en, type, ...marks]: DemoDemand['elements'][number]): WantedElement {
  const id = marks.find((mark) => mark.startsWith('de:'))?.slice(3);
  return { name, title: { zh, en }, type: type as NonNullable<WantedElement['type']>, ...(id ? { dataElementId: id } : {}) };
}

const neededBy = (from: number, days: number): string => new Date(from + days * DAY).toISOString();
