import type { Context } from 'fabric-contract-api';
import { drawRows } from '../model/allotments.js';
import { indexKeys } from '../model/keys.js';
import type { Grant } from '../model/records/grant.js';
import type { Share } from '../model/records/share.js';
import type { Act } from '../model/rules/act.js';
import { upstreamForbids } from '../model/rules/derivation.js';
import { type Clause, countForbids, forbids, freezeForbids, reservationForbids, rowsForbid } from '../model/rules/limits.js';
import { narrowed } from '../model/rules/policy.js';
import { acknowledge, annul, commit, commitOpened, mustBeShareOf, mustProvide, open, refusal, resolve } from '../model/rules/share.js';
import { ticketForbids } from '../model/rules/ticket.js';
import { findSlot, rootOf, seedOf } from '../model/slots.js';
import type { TransactionInput } from '../model/transactions.js';
import type { Unit } from '../unit.js';
import { LedgerContract } from './base.js';
import { fulfilBy } from './demand.js';
import { boundsFor } from './derivation.js';
import { frozenBy } from './freeze.js';

type Sending = 'share:open' | 'share:commit';
type Step = 'share:resolve' | 'share:void';

export class ShareContract extends LedgerContract {
  constructor() {
    super('share');
  }

  open(context: Context, argument = ''): Promise<string> {
    return this.transact('share:open', context, argument, (unit) =>
      send(unit, 'share:open', (grant, useNumber) => open(unit.act, grant, unit.input, useNumber)),
    );
  }

  commit(context: Context, argument = ''): Promise<string> {
    return this.transact('share:commit', context, argument, (unit) =>
      unit.input.share === undefined
        ? send(unit, 'share:commit', (grant, useNumber) => commit(unit.act, grant, unit.input, useNumber))
        : complete(unit, unit.input.share),
    );
  }

  acknowledge(context: Context, argument = ''): Promise<string> {
    return this.transact('share:acknowledge', context, argument, async (unit) => {
      const share = await unit.state.need('share', unit.input.id);
      const next = acknowledge(unit.act, share, unit.input);
      const answer = await unit.save('share', share, next);
      await fulfilBy(unit, share, next);
      return answer;
    });
  }

  resolve(context: Context, argument = ''): Promise<string> {
    return this.transact('share:resolve', context, argument, (unit) => change(unit, resolve));
  }

  void(context: Context, argument = ''): Promise<string> {
    return this.transact('share:void', context, argument, (unit) => change(unit, annul));
  }
}

/** A new share, or, where grant or asset forbid it, the refusal that the transaction succeeds in writing (DOMAIN rule 6). */
async function send<N extends Sending>(
  unit: Unit<N>,
  name: N,
  make: (grant: Grant, useNumber: number | undefined) => Share,
): Promise<string> {
  const { act, input, state } = unit;
  const grant = await state.need('grant', input.grant);
  mustProvide(act, grant, input);
  const clause = await forbidden(unit, grant);
  if (clause) return refuse(unit, name, grant, clause);
  const unticketed = input.ticket === undefined ? undefined : await ticketClause(unit, input.ticket);
  if (unticketed) return refuse(unit, name, grant, unticketed);
  const drawn = await draw(unit, grant);
  if ('left' in drawn) return refuse(unit, name, grant, rowsForbid(grant, drawn.left, input.rows));
  const useNumber = await takeUse(unit, grant);
  if (useNumber === 'exhausted') return refuse(unit, name, grant, countForbids(grant));
  for (const { allotment, taken } of drawn.draws) await state.putText(indexKeys.rows(grant.id, allotment), String(taken));
  if (input.ticket !== undefined) await state.putText(indexKeys.ticketUse(input.ticket), act.transactionId);
  return unit.save('share', undefined, make(grant, useNumber), { grant });
}

/** The clause of grant, asset or its inputs that forbids it, or the dispute that freezes it, counts and rows apart. */
async function forbidden(unit: Unit<Sending>, grant: Grant): Promise<Clause | undefined> {
  return (await agreedForbids(unit, grant)) ?? freezeForbids(await frozenBy(unit.state, 'grant', grant.id));
}

async function agreedForbids({ act, input, state }: Unit<Sending>, grant: Grant): Promise<Clause | undefined> {
  const asset = await state.need('asset', grant.asset);
  const bounds = await boundsFor(state, asset);
  if (bounds === undefined) return forbids(act.at, grant, asset, input);
  return upstreamForbids(bounds) ?? forbids(act.at, grant, narrowed(asset, bounds.policy), input);
}

/** The digest of a delivery that opened before. Its grant and asset are asked again: what has been revoked since is not handed over. */
async function complete(unit: Unit<'share:commit'>, id: string): Promise<string> {
  const { act, input, state } = unit;
  const grant = await state.need('grant', input.grant);
  const share = await state.need('share', id);
  mustBeShareOf(grant, share);
  mustProvide(act, grant, input);
  const next = commitOpened(act, share, input);
  const clause = (await forbidden(unit, grant)) ?? reservationForbids(share, input.rows);
  return clause ? refuse(unit, 'share:commit', grant, clause) : unit.save('share', share, next);
}

/** Of two shares on one ticket the later finds the key there, and one in the same block is a read conflict. */
async function ticketClause({ act, input, state }: Unit<Sending>, id: string): Promise<Clause | undefined> {
  const ticket = await state.need('ticket', id);
  return ticketForbids(act.at, ticket, input, await state.text(indexKeys.ticketUse(id)));
}

/** The rows that this share takes; none where the grant has no row limit. */
async function draw({ act, input, state }: Unit<Sending>, { id, constraints: { maxRows } }: Grant) {
  if (maxRows === undefined) return { draws: [] };
  const taken = async (allotment: number) => Number((await state.text(indexKeys.rows(id, allotment))) ?? 0);
  return drawRows(maxRows, input.rows, seedOf(act.transactionId), taken);
}

/** The number of the use that this share takes; none where the grant has no count. */
async function takeUse(unit: Unit<Sending>, { id, constraints: { maxCount } }: Grant): Promise<number | undefined | 'exhausted'> {
  if (maxCount === undefined) return undefined;
  const { act, state } = unit;
  const root = rootOf(maxCount).height;
  const mark = (height: number, index: number) => (height === root ? indexKeys.exhausted(id) : indexKeys.full(id, height, index));
  const { slot, full } = await findSlot(maxCount, seedOf(act.transactionId), {
    taken: async (n) => (await state.text(indexKeys.use(id, n))) !== undefined,
    full: async (height, index) => (await state.text(mark(height, index))) !== undefined,
  });
  for (const { height, index } of full) await state.putText(mark(height, index), act.transactionId);
  if (slot === undefined) return 'exhausted';
  await state.putText(indexKeys.use(id, slot), act.transactionId);
  return slot;
}

async function refuse<N extends Sending>(unit: Unit<N>, name: N, grant: Grant, clause: Clause): Promise<string> {
  return unit.save('refusal', undefined, refusal(unit.act, grant, name, unit.input, clause), { grant });
}

async function change<N extends Step>(
  unit: Unit<N>,
  decide: (act: Act, share: Share, input: TransactionInput<N>) => Share,
): Promise<string> {
  const share = await unit.state.need('share', unit.input.id);
  return unit.save('share', share, decide(unit.act, share, unit.input));
}
