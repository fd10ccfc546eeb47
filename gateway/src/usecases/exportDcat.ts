import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Department } from '@drl/chaincode/model/records/department';
import type { AsOf } from '../readmodel/readmodel.js';
import { assetToDcat, catalogToDcat } from '../standards/dcat.js';
import type { Node } from '../standards/jsonld.js';
import type { Services } from './services.js';
import { takeAs } from './takeEvidence.js';
import type { Who } from './who.js';

/** Who may: whoever sees the assets, which have been read for the caller already. */
export async function assetAsDcat(services: Services, asset: Asset): Promise<Node> {
  return assetToDcat(asset, await contextOf(services, [asset.publisher]));
}

export async function catalogAsDcat(services: Services, page: { readonly items: readonly Asset[]; readonly asOf: AsOf }): Promise<Node> {
  const keeper = keeperOf(services);
  const context = await contextOf(services, [keeper, ...page.items.map(({ publisher }) => publisher)]);
  return catalogToDcat(page.items, { ...context, keeper, asOf: page.asOf });
}

/** Who may: the asset's department, managers, auditors in scope, whose look is recorded. */
export function assetAsDcatEvidence(services: Services, who: Who, requestId: string, id: string): Promise<Node> {
  return takeAs(services, who, requestId, { kind: 'asset', id }, 'dcat', ([asset]) => assetAsDcat(services, asset as Asset));
}

/** The manager's own department keeps the catalogue (政务数据目录由主管部门汇总). */
function keeperOf({ consortium }: Services): string {
  const manager = consortium.organisations.find(({ role }) => role === 'manager');
  return manager?.departments[0]?.id ?? manager?.mspId ?? consortium.channel;
}

export async function contextOf(
  { readModel, consortium }: Services,
  ids: readonly string[],
): Promise<{ readonly channel: string; readonly departments: ReadonlyMap<string, Department> }> {
  const found = await Promise.all([...new Set(ids)].map((id) => readModel.get('department', id)));
  const departments = new Map(
    found.filter((department) => department !== undefined).map((department: Department) => [department.id, department]),
  );
  return { channel: consortium.channel, departments };
}
