import type { Localized } from '@drl/chaincode/model/records/common';
import type { DataElementBody } from '@drl/chaincode/model/records/dataElement';
import { type Add, MANAGER, type MomentReader, steward } from './cast.js';

/** The demonstration's shared dictionary (scripts/demo/dictionary.yaml). */
type Moment = Parameters<MomentReader>[0];

export interface DemoDataElement {
  readonly id: string;
  readonly department: string;
  readonly body: DataElementBody;
  readonly proposed: Moment;
  readonly returned?: { readonly at: Moment; readonly reason: Localized };
  readonly revised?: Moment;
  /** The body that `revised` proposes. */
  readonly revision?: DataElementBody;
  readonly adopted?: Moment;
}

export function dictionarySteps(element: DemoDataElement, moment: MomentReader, add: Add): void {
  const { id, department, body, proposed, returned, revised, revision, adopted } = element;
  add(moment(proposed), steward(department), 'data-element:propose', () => ({ id, ...body }));
  if (returned) add(moment(returned.at), MANAGER, 'data-element:return', () => ({ id, reason: returned.reason }));
  if (revised && revision) add(moment(revised), steward(department), 'data-element:revise', () => ({ id, ...revision }));
  if (adopted) add(moment(adopted), MANAGER, 'data-element:adopt', () => ({ id }));
}
