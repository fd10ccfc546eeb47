/** PROV-JSON as a document that is added to: what is said twice stands once, and what is said of one thing in two places is joined. */

/** A typed literal; qualified names are values of that type, as the submission's own software writes them. */
export interface Literal {
  readonly $: string;
  readonly type?: string;
  readonly lang?: string;
}
export type Value = string | number | boolean | Literal;
export type Attributes = Readonly<Record<string, Value | readonly Value[] | undefined>>;
type Statement = Record<string, Value | Value[]>;
/** Several statements may share a name (section 2.4 of the submission). */
type Bucket = Record<string, Statement | Statement[]>;

export interface ProvJson {
  readonly prefix: Readonly<Record<string, string>>;
  readonly [kind: string]: Readonly<Record<string, unknown>>;
}

export const name = (qualified: string): Literal => ({ $: qualified, type: 'prov:QUALIFIED_NAME' });

export class Document {
  readonly #prefix: Record<string, string>;
  readonly #buckets: Record<string, Record<string, Statement>> = {};

  constructor(prefix: Readonly<Record<string, string>>) {
    this.#prefix = { ...prefix };
  }

  add(kind: string, id: string, attributes: Attributes): void {
    this.#buckets[kind] ??= {};
    const bucket = this.#buckets[kind];
    bucket[id] = joined(bucket[id] ?? {}, attributes);
  }

  /** A relation has no name of its own: a blank one, made of what it relates, so that pages of one trail agree on it. */
  relate(kind: string, ends: readonly string[], attributes: Attributes): void {
    this.add(kind, `_:${[kind, ...ends].join('|')}`, attributes);
  }

  json(): ProvJson {
    return { prefix: this.#prefix, ...this.#buckets };
  }
}

/** The union of documents: pages of one trail, which share their names. Bundles are told apart by theirs. */
export function mergeProv(documents: readonly ProvJson[]): ProvJson {
  const merged: Record<string, Bucket> = {};
  for (const document of documents)
    for (const [kind, bucket] of Object.entries(document))
      for (const [id, said] of Object.entries(bucket)) {
        merged[kind] ??= {};
        const into = merged[kind];
        const before = into[id];
        into[id] = (
          before === undefined || kind === 'prefix'
            ? said
            : kind === 'bundle'
              ? mergeProv([before as unknown as ProvJson, said as ProvJson])
              : mergeStatements(before, said as Statement | Statement[])
        ) as Statement;
      }
  return merged as unknown as ProvJson;
}

/** Elements are joined; relations of one name that differ in what they relate stay two (as in `scruffy` documents). */
function mergeStatements(before: Statement | Statement[], said: Statement | Statement[]): Statement | Statement[] {
  if (!Array.isArray(before) && !Array.isArray(said)) {
    const whole = joined(before, said);
    if (!FORMAL.some((attribute) => Array.isArray(whole[attribute]))) return whole;
  }
  const all = [before, said].flat();
  const unlike = all.filter((statement, i) => all.findIndex((other) => same(other, statement)) === i);
  return unlike.length === 1 ? (unlike[0] as Statement) : unlike;
}

/** Attributes that a statement has once. */
const FORMAL = [
  ...['entity', 'activity', 'agent', 'trigger', 'starter', 'ender', 'plan', 'time', 'startTime', 'endTime', 'informed', 'informant'],
  ...['generatedEntity', 'usedEntity', 'generation', 'usage', 'delegate', 'responsible', 'influencee', 'influencer'],
  ...['specificEntity', 'generalEntity', 'alternate1', 'alternate2', 'collection'],
].map((attribute) => `prov:${attribute}`);

function joined(before: Statement, said: Attributes): Statement {
  const whole: Statement = { ...before };
  for (const [attribute, given] of Object.entries(said)) {
    if (given === undefined) continue;
    const values = [before[attribute] ?? [], given as Value | Value[]].flat();
    const unlike = values.filter((value, i) => values.findIndex((other) => same(other, value)) === i);
    whole[attribute] = unlike.length === 1 && !Array.isArray(given) && !Array.isArray(before[attribute]) ? (unlike[0] as Value) : unlike;
  }
  return whole;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    : value;
}
