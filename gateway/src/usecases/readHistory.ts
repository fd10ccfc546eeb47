import type { Caller } from '@drl/chaincode/model/caller';
import type { RecordKind } from '@drl/chaincode/model/records/index';
import type { PageRequest } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { readVisible, visibleTo } from './visibility.js';

/** Who may: whoever sees the record as it is now; of its versions, those that they could have seen. */
export async function readHistory<K extends RecordKind>({ readModel }: Services, caller: Caller, kind: K, id: string, page: PageRequest) {
  await readVisible(readModel, caller, kind, id);
  const { items, ...rest } = await readModel.history(kind, id, page);
  return { items: items.filter(visibleTo(caller)), ...rest };
}
