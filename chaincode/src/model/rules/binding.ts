import { RuleError } from '../errors.js';
import type { Asset, Element } from '../records/asset.js';
import type { DataElement } from '../records/dataElement.js';

/**
 * What the ledger asks of an element that names a data element (`dataElementId`): of one that is adopted it must have the type, and one that is
 * retired is bound to no more. Only what a write binds anew is asked: what was bound before a dictionary's change is not its owner's fault, and
 * must not hold up other revisions; the read model finds it. An id that nothing in force stands for is let in, and found likewise: catalogues come
 * before their dictionary, and from places with other dictionaries, and the order in which the two are brought in must not decide.
 */
type Bound = Element & { readonly dataElementId: string };

export function newlyBound(asset: Asset, before: Asset | undefined): Bound[] {
  const known = new Set(before?.elements.map(binding));
  return asset.elements.filter((element): element is Bound => element.dataElementId !== undefined && !known.has(binding(element)));
}

const binding = ({ dataElementId, type }: Element) => `${dataElementId} ${type}`;

export function mustFit({ name, dataElementId, type }: Bound, dataElement: DataElement | undefined): void {
  if (dataElement?.status === 'retired')
    throw new RuleError('DATA_ELEMENT_RETIRED', {
      rule: 'binding',
      given: `${name}: ${dataElementId}`,
      accepted: dataElement.replacedBy ?? 'a data element in force, or none',
    });
  if (dataElement?.status === 'adopted' && dataElement.type !== type)
    throw new RuleError('DATA_ELEMENT_TYPE', { rule: 'binding', given: `${name}: ${type}`, accepted: dataElement.type });
}
