import { ServiceError } from '../errors.js';
import type { AsOf, ReadModel, Survey } from '../readmodel/readmodel.js';
import { demandFigures } from './demands.js';
import { entryFigures, type Reached } from './entries.js';
import { requestFigures, shareFigures } from './exchange.js';
import type { Figure, Period } from './figure.js';
import { planFigures } from './plans.js';
import { disputeFigures, feedbackFigures, ratingFigures } from './quality.js';

/** What is asked: of everything or of one department, of the present or as the ledger stood after a block. */
export interface IndicatorQuestion extends Period {
  readonly department?: string;
  readonly asOfBlock?: number;
}

export interface Indicators {
  readonly asOf: AsOf;
  readonly at: string;
  readonly department: string | null;
  readonly period: Period;
  readonly figures: readonly Figure[];
}

const KEPT = 64;
/** Each may take seconds on a large ledger: whoever comes after so many is told to come again. */
const WAITING = 16;
const MINUTE = 60_000;

/**
 * Reading a whole ledger through is work: one question at a time, the same one asked by many is answered once, and what was answered about a
 * block is kept for whoever asks again (of the present, within the minute, since time alone moves some figures).
 */
export class IndicatorReader {
  readonly #readModel: ReadModel;
  readonly #reached: Reached;
  readonly #answers = new Map<string, Promise<Indicators>>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(readModel: ReadModel, reached: Reached) {
    this.#readModel = readModel;
    this.#reached = reached;
  }

  read(question: IndicatorQuestion): Promise<Indicators> {
    const key = this.#keyOf(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#waiting >= WAITING) throw new ServiceError('SURVEYS_EXHAUSTED', { accepted: String(WAITING) });
    this.#waiting += 1;
    const answer = this.#turn.then(() => indicatorsOf(this.#readModel, question, this.#reached));
    this.#turn = answer
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    if (this.#answers.size > KEPT) this.#answers.delete(this.#answers.keys().next().value as string);
    return answer;
  }

  #keyOf({ department, asOfBlock, from, to }: IndicatorQuestion): string {
    const moment = asOfBlock ?? [this.#readModel.asOf()?.block, Math.floor(Date.now() / MINUTE)];
    return JSON.stringify([moment, department, from, to]);
  }
}

/** One pass over each kind of record, or over one department's alone. */
export function indicatorsOf(
  readModel: ReadModel,
  { department, asOfBlock, from, to }: IndicatorQuestion,
  reached?: Reached,
): Promise<Indicators> {
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return readModel.survey(asOfBlock === undefined ? {} : { asOfBlock }, async (survey) => ({
    asOf: survey.asOf,
    at: survey.at,
    department: department ?? null,
    period,
    figures: await figuresOf(survey, department, period, asOfBlock === undefined ? reached : undefined),
  }));
}

async function figuresOf(survey: Survey, department: string | undefined, period: Period, reached: Reached | undefined): Promise<Figure[]> {
  return [
    ...(await entryFigures(survey, department, reached)),
    ...(await demandFigures(survey, department, period)),
    ...(await requestFigures(survey, department, period)),
    ...(await shareFigures(survey, department, period)),
    ...(await planFigures(survey, department, period)),
    ...(await feedbackFigures(survey, department, period)),
    ...(await ratingFigures(survey, department, period)),
    ...(await disputeFigures(survey, department, period)),
  ];
}
