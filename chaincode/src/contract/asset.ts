import type { Context } from 'fabric-contract-api';
import { RuleError } from '../model/errors.js';
import { indexKeys } from '../model/keys.js';
import type { Asset } from '../model/records/asset.js';
import type { Act } from '../model/rules/act.js';
import { attach, publish, register, resume, retire, revise, suspend, touchesPolicy } from '../model/rules/asset.js';
import { mustFit, newlyBound } from '../model/rules/binding.js';
import type { TransactionInput, TransactionName } from '../model/transactions.js';
import type { Unit } from '../unit.js';
import { claimAuthority } from './authority.js';
import { LedgerContract } from './base.js';
import { mustStayNarrow } from './derivation.js';

type Step = Exclude<Extract<TransactionName, `asset:${string}`>, 'asset:register'>;

export class AssetContract extends LedgerContract {
  constructor() {
    super('asset');
  }

  register(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:register', context, argument, async (unit) => {
      const asset = register(unit.act, unit.input);
      await bind(unit, asset, undefined);
      await claimCode(unit, asset);
      await claimAuthority(unit, asset, []);
      return unit.save('asset', undefined, asset);
    });
  }

  revise(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:revise', context, argument, async (unit) => {
      const asset = await unit.state.need('asset', unit.input.id);
      const next = revise(unit.act, asset, unit.input);
      await bind(unit, next, asset);
      if (touchesPolicy(unit.input.changes)) await mustStayNarrow(unit.state, next);
      if (next.catalogCode !== asset.catalogCode) await claimCode(unit, next);
      await claimAuthority(unit, next, asset.authoritativeFor ?? []);
      return unit.save('asset', asset, next);
    });
  }

  attach(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:attach', context, argument, (unit) => change(unit, attach));
  }

  publish(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:publish', context, argument, (unit) => open(unit, publish));
  }

  suspend(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:suspend', context, argument, (unit) => change(unit, suspend));
  }

  resume(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:resume', context, argument, (unit) => open(unit, resume));
  }

  retire(context: Context, argument = ''): Promise<string> {
    return this.transact('asset:retire', context, argument, (unit) => change(unit, retire));
  }
}

async function change<N extends Step>(
  unit: Unit<N>,
  decide: (act: Act, asset: Asset, input: TransactionInput<N>) => Asset,
): Promise<string> {
  const asset = await unit.state.need('asset', unit.input.id);
  return unit.save('asset', asset, decide(unit.act, asset, unit.input));
}

/** 统一数据标准: held against the dictionary as it stands at this transaction, a change of it in the same block included (a read conflict). */
async function bind(unit: Unit<TransactionName>, asset: Asset, before: Asset | undefined): Promise<void> {
  for (const element of newlyBound(asset, before)) mustFit(element, await unit.state.record('data-element', element.dataElementId));
}

/** What opens a derived asset asks its inputs. */
async function open<N extends Step>(unit: Unit<N>, decide: (act: Act, asset: Asset, input: TransactionInput<N>) => Asset): Promise<string> {
  const asset = await unit.state.need('asset', unit.input.id);
  const next = decide(unit.act, asset, unit.input);
  await mustStayNarrow(unit.state, next);
  return unit.save('asset', asset, next);
}

/** A code that an asset once bore stays its own: nothing is deleted, and a code must not come to mean another asset. */
export async function claimCode(unit: Pick<Unit<TransactionName>, 'state'>, { id, publisher, catalogCode }: Asset): Promise<void> {
  if (catalogCode === undefined) return;
  const key = indexKeys.catalogCode(publisher, catalogCode);
  const holder = await unit.state.text(key);
  if (holder === id) return;
  if (holder !== undefined)
    throw new RuleError('ALREADY_EXISTS', {
      rule: 'catalogCode',
      given: catalogCode,
      accepted: `a code not yet used; this one is ${holder}'s`,
    });
  await unit.state.putText(key, id);
}
