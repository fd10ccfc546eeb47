import { indexKeys } from '../model/keys.js';
import type { Asset } from '../model/records/asset.js';
import type { LedgerRecord } from '../model/records/index.js';
import { assetOf, codeOfFormer } from '../model/rules/passing.js';
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
  const about = assetOf(record);
  const asset = about === undefined ? undefined : await state.record('asset', about);
  const next = passOn(act, record, predecessor, asset, input);
  return unit.save(kind, record, await reindexed(unit, next), { predecessor, asset });
}

/** Index keys that are made of a department's name are made of the new one as well; those of before stay with what they name. */
async function reindexed<R extends LedgerRecord>(unit: Unit<'department:passOn'>, next: R): Promise<R> {
  const { state } = unit;
  if (next.kind === 'asset') return { ...next, ...(await reindexedAsset(unit, next)) };
  if (next.kind === 'contest') await state.putText(indexKeys.contests(next.right, next.id), next.by);
  if (next.kind === 'joining') {
    const key = indexKeys.joining(next.demand, next.by);
    // Who has joined by itself has a joining already.
    if ((await state.text(key)) === undefined) await state.putText(key, next.id);
  }
  return next;
}

/** The new publisher's catalogue has the code too, unless it means another asset there. */
async function reindexedAsset(unit: Unit<'department:passOn'>, asset: Asset): Promise<Asset> {
  const { catalogCode: code, publisher } = asset;
  const holder = code && (await unit.state.text(indexKeys.catalogCode(publisher, code)));
  const next = code && holder !== undefined && holder !== asset.id ? { ...asset, catalogCode: codeOfFormer(unit.input.from, code) } : asset;
  await claimCode(unit, next);
  await indexClaims(unit.state, next, []);
  return next;
}
