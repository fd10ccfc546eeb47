import type { Context } from 'fabric-contract-api';
import { RuleError } from '../model/errors.js';
import { indexKeys } from '../model/keys.js';
import type { Asset } from '../model/records/asset.js';
import type { Dispute, DisputeSubject } from '../model/records/dispute.js';
import type { LedgerRecord } from '../model/records/index.js';
import type { Act } from '../model/rules/act.js';
import { namedBy } from '../model/rules/authorship.js';
import { answer, close, decide, escalate, freeze, open, release, submit } from '../model/rules/dispute.js';
import type { TransactionInput, TransactionName } from '../model/transactions.js';
import type { State } from '../state.js';
import type { Unit } from '../unit.js';
import { conflictOf } from './authority.js';
import { LedgerContract } from './base.js';
import { indexFreezes } from './freeze.js';

type Step = Exclude<Extract<TransactionName, `dispute:${string}`>, 'dispute:open'>;

export class DisputeContract extends LedgerContract {
  constructor() {
    super('dispute');
  }

  open(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:open', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const about = await load(state, namedBy(input.subject));
      const next = open(act, about, input);
      if (input.subject.kind === 'authority') await mustBeTheOnlyOne(unit, input.subject, next);
      await indexFreezes(state, undefined, next);
      return unit.save('dispute', undefined, next, { about });
    });
  }

  answer(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:answer', context, argument, (unit) => change(unit, answer));
  }

  submit(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:submit', context, argument, (unit) => change(unit, submit));
  }

  escalate(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:escalate', context, argument, (unit) => change(unit, escalate));
  }

  decide(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:decide', context, argument, (unit) => change(unit, decide));
  }

  close(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:close', context, argument, async (unit) => {
      const { subject } = await unit.state.need('dispute', unit.input.id);
      const assets = subject.kind === 'authority' ? await load(unit.state, namedBy(subject)) : [];
      return change(unit, (act, dispute, input) => close(act, dispute, assets as readonly Asset[], input));
    });
  }

  freeze(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:freeze', context, argument, async (unit) => {
      const found = await load(unit.state, unit.input.items);
      return change(unit, (act, dispute, input) => freeze(act, dispute, found, input));
    });
  }

  release(context: Context, argument = ''): Promise<string> {
    return this.transact('dispute:release', context, argument, (unit) => change(unit, release));
  }
}

async function change<N extends Step>(
  unit: Unit<N>,
  decide: (act: Act, dispute: Dispute, input: TransactionInput<N>) => Dispute,
): Promise<string> {
  const dispute = await unit.state.need('dispute', unit.input.id);
  const next = decide(unit.act, dispute, unit.input);
  await indexFreezes(unit.state, dispute, next);
  return unit.save('dispute', dispute, next);
}

async function load(
  state: State,
  wanted: readonly { readonly kind: LedgerRecord['kind']; readonly id: string }[],
): Promise<LedgerRecord[]> {
  const found: LedgerRecord[] = [];
  for (const { kind, id } of wanted) found.push(await state.need(kind, id));
  return found;
}

/** By hand: of a clash that no dispute speaks for, one from before there were any or one whose dispute was closed too early. */
async function mustBeTheOnlyOne(
  { state }: Unit<'dispute:open'>,
  subject: Extract<DisputeSubject, { kind: 'authority' }>,
  { id }: Dispute,
): Promise<void> {
  const known = await conflictOf(state, subject.dataElement, ...subject.assets);
  if (known !== undefined) throw new RuleError('ALREADY_EXISTS', { rule: '3', given: known.id, accepted: 'one dispute for two claims' });
  await state.putText(indexKeys.conflict(subject.dataElement, ...subject.assets), id);
}
