import type { Caller } from '@drl/chaincode/model/caller';
import type { PageRequest } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { readVisible, visibleTo } from './visibility.js';

/** Who may: whoever sees the asset as it is now; of its versions, those that they could have seen. */
export async function readHistory({ readModel }: Services, caller: Caller, id: string, page: PageRequest) {
  await readVisible(readModel, caller, 'asset', id);
  const { items, ...rest } = await readModel.history('asset', id, page);
  return { items: items.filter(visibleTo(caller)), ...rest };
}
