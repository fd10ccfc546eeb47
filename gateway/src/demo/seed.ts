import type { Calendar } from '@drl/chaincode/model/calendar';
import { RuleError } from '@drl/chaincode/model/errors';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { AUDITOR, type MomentReader, type Step } from './cast.js';
import { type Demonstration, readDemonstration } from './data.js';
import { momentReader } from './moments.js';
import { stepsOf } from './steps.js';

/** Plays the demonstration's weeks through the real contracts, on the clock that the channel's settings declare as simulated. */
export interface SeedDeps {
  readonly now: Date;
  readonly calendar: Calendar;
  /** Sets the time that proposals bear and endorsers hold them against. */
  readonly setTime: (at: Date) => void;
  /** Submits as that enrolment id and resolves after the commit. */
  readonly write: <N extends TransactionName>(
    as: string,
    name: N,
    input: TransactionInput<N>,
  ) => Promise<{ readonly result: string; readonly block: number }>;
  /** Keeps what an auditor asked and answers its salted commitment. */
  readonly keepQuestion: (action: string, asked: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly progress?: (done: number, total: number, at: Date) => void;
}

/** The first moment of the demonstration, a day before its first transaction: when its clock starts. */
export function demonstrationStart(now: Date, calendar: Calendar, demo: Demonstration = readDemonstration()): Date {
  const first = stepsOf(demo, momentReader(now, calendar))[0] as Step;
  return new Date(first.at - 86_400_000);
}

export async function seedDemonstration(
  deps: SeedDeps,
  demo: Demonstration = readDemonstration(),
): Promise<{ readonly transactions: number }> {
  const moment = momentReader(deps.now, deps.calendar);
  const steps = [...stepsOf(demo, moment)];
  const audits = demo.audits.map((audit) => ({ at: moment(audit.at), audit })).sort((a, b) => a.at - b.at);
  const ids = new Map<string, string>();
  const find = (key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`the demonstration speaks of ${key} before it is there`);
    return id;
  };
  const total = steps.length + audits.length;
  let done = 0;
  let block = 0;
  const play = async (step: Step) => {
    const { result, block: at } = await deps.write(step.as, step.name, step.input(find));
    block = Math.max(block, at);
    const record = JSON.parse(result) as { id: string; kind: string; clause?: string };
    if (step.saves && record.kind === 'refusal') throw new Error(`the demonstration’s ${step.saves} is refused by ${record.clause}`);
    if (step.saves) ids.set(step.saves, record.id);
    done += 1;
    deps.progress?.(done, total, new Date(step.at));
  };
  for (const slot of slots(steps)) {
    while ((audits[0]?.at ?? Number.POSITIVE_INFINITY) <= (slot[0] as Step).at)
      await look(audits.shift()?.audit as Demonstration['audits'][number], moment);
    deps.setTime(new Date((slot[0] as Step).at));
    // What happens at one moment is independent of each other, and goes into a block together.
    await Promise.all(slot.map(play));
  }
  for (const { audit } of audits) await look(audit, moment);
  return { transactions: total };

  async function look({ at, action, asset }: Demonstration['audits'][number], moment: MomentReader): Promise<void> {
    deps.setTime(new Date(moment(at)));
    const queryHash = await deps.keepQuestion(action, { asset: find(asset) });
    await deps.write(AUDITOR, 'audit:record', { action, queryHash, resultCount: 1, asOfBlock: block, outcome: 'answered' });
    done += 1;
  }
}

/**
 * The same acts in the same order where no clock can be simulated: all at present, terms moved along with them, one delivery of each regular
 * row. What only time brings about (a request past its deadline, a grant that has run out) isn't there yet, so an act that a rule refuses
 * is left out, and so is what follows from it.
 */
export async function seedAtPresent(
  deps: Pick<SeedDeps, 'now' | 'calendar' | 'write' | 'progress'>,
  whole: Demonstration = readDemonstration(),
): Promise<{ readonly transactions: number; readonly leftOut: number }> {
  const grants = whole.grants.map((grant) =>
    grant.deliveries ? { ...grant, deliveries: { ...grant.deliveries, to: grant.deliveries.from } } : grant,
  );
  const steps = stepsOf({ ...whole, grants }, momentReader(deps.now, deps.calendar));
  const ids = new Map<string, string>();
  let done = 0;
  let leftOut = 0;
  const play = async (step: Step) => {
    try {
      const input = step.input((key) => ids.get(key) ?? absent(key));
      const { result } = await deps.write(step.as, step.name, moved(input, Date.now() - step.at));
      if (step.saves) ids.set(step.saves, (JSON.parse(result) as { id: string }).id);
      done += 1;
    } catch (error) {
      if (!(error instanceof RuleError) && !(error instanceof Absent)) throw error;
      leftOut += 1;
    }
    deps.progress?.(done + leftOut, steps.length, new Date());
  };
  for (const slot of slots(steps)) await Promise.all(slot.map(play));
  return { transactions: done, leftOut };
}

/** An act speaks of a record that was left out. */
class Absent extends Error {}
function absent(key: string): never {
  throw new Absent(key);
}

function moved<T extends object>(input: T, ms: number): T {
  const later = (time: string) => new Date(Date.parse(time) + ms).toISOString();
  const { constraints, neededBy } = input as { constraints?: { validTo?: string }; neededBy?: string };
  return {
    ...input,
    ...(neededBy === undefined ? {} : { neededBy: later(neededBy) }),
    ...(constraints?.validTo === undefined ? {} : { constraints: { ...constraints, validTo: later(constraints.validTo) } }),
  };
}

/** Steps of one moment. */
function slots(steps: readonly Step[]): Step[][] {
  const out: Step[][] = [];
  for (const step of steps) {
    const last = out.at(-1);
    if (last?.[0]?.at === step.at) last.push(step);
    else out.push([step]);
  }
  return out;
}
