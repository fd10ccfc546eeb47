import type { Context } from 'fabric-contract-api';
import { indexKeys } from '../model/keys.js';
import type { Demand, Joining } from '../model/records/demand.js';
import type { Share } from '../model/records/share.js';
import { file, fulfil, fulfilled, join, match, reject, withdraw } from '../model/rules/demand.js';
import type { TransactionName } from '../model/transactions.js';
import type { State } from '../state.js';
import type { Unit } from '../unit.js';
import { LedgerContract } from './base.js';

export class DemandContract extends LedgerContract {
  constructor() {
    super('demand');
  }

  file(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:file', context, argument, (unit) => unit.save('demand', undefined, file(unit.act, unit.input)));
  }

  match(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:match', context, argument, async (unit) => {
      const demand = await unit.state.need('demand', unit.input.id);
      const asset = await unit.state.need('asset', unit.input.asset);
      return unit.save('demand', demand, match(unit.act, demand, asset), { asset });
    });
  }

  reject(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:reject', context, argument, async (unit) => {
      const demand = await unit.state.need('demand', unit.input.id);
      return unit.save('demand', demand, reject(unit.act, demand, unit.input));
    });
  }

  withdraw(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:withdraw', context, argument, async (unit) => {
      const demand = await unit.state.need('demand', unit.input.id);
      return unit.save('demand', demand, withdraw(unit.act, demand, unit.input));
    });
  }

  fulfil(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:fulfil', context, argument, async (unit) => {
      const demand = await unit.state.need('demand', unit.input.id);
      const share = await unit.state.need('share', unit.input.share);
      return unit.save('demand', demand, fulfil(unit.act, demand, demand, share), { share });
    });
  }

  join(context: Context, argument = ''): Promise<string> {
    return this.transact('demand:join', context, argument, async (unit) => {
      const demand = await unit.state.need('demand', unit.input.id);
      const earlier = await joiningOf(unit.state, demand.id, unit.act.caller.department);
      const joined = join(unit.act, demand, earlier, unit.input);
      await unit.state.putText(indexKeys.joining(demand.id, joined.by), joined.id);
      return unit.save('joining', undefined, joined, { demand });
    });
  }
}

export class JoiningContract extends LedgerContract {
  constructor() {
    super('joining');
  }

  withdraw(context: Context, argument = ''): Promise<string> {
    return this.transact('joining:withdraw', context, argument, async (unit) => {
      const joining = await unit.state.need('joining', unit.input.id);
      return unit.save('joining', joining, withdraw(unit.act, joining, unit.input));
    });
  }

  fulfil(context: Context, argument = ''): Promise<string> {
    return this.transact('joining:fulfil', context, argument, async (unit) => {
      const joining = await unit.state.need('joining', unit.input.id);
      const demand = await unit.state.need('demand', joining.demand);
      const share = await unit.state.need('share', unit.input.share);
      return unit.save('joining', joining, fulfil(unit.act, joining, demand, share), { demand, share });
    });
  }
}

/** A department's joining of a demand. The index only points: what it points to is looked at. */
export async function joiningOf(state: State, demand: string, department: string): Promise<Joining | undefined> {
  const id = await state.text(indexKeys.joining(demand, department));
  const joining = id === undefined ? undefined : await state.record('joining', id);
  return joining?.demand === demand && joining.by === department ? joining : undefined;
}

/** The receipt fulfils the demand that the share's grant named, in the transaction that gives it. `before` is the share as it stood. */
export async function fulfilBy(unit: Unit<TransactionName>, before: Share, share: Share): Promise<void> {
  if (share.demand === undefined || share.status !== 'acknowledged') return;
  const demand = await unit.state.record('demand', share.demand);
  if (demand === undefined) return;
  if (demand.by === share.consumer) {
    const next: Demand | undefined = fulfilled(unit.act, demand, share);
    if (next) await unit.save('demand', demand, next, { share: before });
    return;
  }
  const joining = await joiningOf(unit.state, demand.id, share.consumer);
  const next = joining && fulfilled(unit.act, joining, share);
  if (next) await unit.save('joining', joining, next, { demand, share: before });
}
