import { indexKeys } from '../model/keys.js';
import type { Asset } from '../model/records/asset.js';
import { codeOfFormer } from '../model/rules/passing.js';
import { mustPass, passOn } from '../model/rules/succession.js';
import type { Unit } from '../unit.js';
import { claimCode } from './asset.js';
import { indexClaims } from './authority.js';

/** One record of a dissolved department goes to a successor, under the policy of who had it; from then on its key has the new one's. */
export async function passRecordOn(unit: Unit<'department:passOn'>): Promise<string> {
  const { act, input, state } = unit;
  const { record: kind, id, from } = input;
  mustPass(kind);
  const record = await state.need(kind, id);
  const predecessor = await state.need('department', from);
  const asset = 'asset' in record ? await state.record('asset', record.asset) : undefined;
  const next = passOn(act, record, predecessor, asset, input);
  const kept = next.kind === 'asset' ? await reindexed(unit, next) : next;
  return unit.save(kind, record, kept, { predecessor, asset });
}

/** The new publisher's catalogue has the code too, unless it means another asset there. */
async function reindexed(unit: Unit<'department:passOn'>, asset: Asset): Promise<Asset> {
  const { catalogCode: code, publisher } = asset;
  const holder = code && (await unit.state.text(indexKeys.catalogCode(publisher, code)));
  const next = code && holder !== undefined && holder !== asset.id ? { ...asset, catalogCode: codeOfFormer(unit.input.from, code) } : asset;
  await claimCode(unit, next);
  await indexClaims(unit.state, next, []);
  return next;
}
