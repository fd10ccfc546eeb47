import { z } from 'zod';
import { type FieldFault, RuleError } from './model/errors.js';
import { holdsPersonalData, personalDataFaults } from './model/personalData.js';
import { requestId } from './model/records/common.js';
import { type TransactionArgument, type TransactionName, transactions } from './model/transactions.js';

/** An asset with every list full stays below this; Fabric would carry more. */
const MAX_LENGTH = 1 << 20;
/** An answer names the first faults; the rest are of the same kind. */
const MAX_FAULTS = 100;

/** The one argument of an invocation, or INPUT_INVALID with every field at fault, or PERSONAL_DATA (DOMAIN rule 10). */
export function parseArgument<N extends TransactionName>(name: N, text: string): TransactionArgument<N> {
  const parsed = argument(name).safeParse(json(text));
  if (!parsed.success)
    throw new RuleError('INPUT_INVALID', { rule: 'schema', fields: parsed.error.issues.flatMap(faults).slice(0, MAX_FAULTS) });
  const fields = personalDataFaults(parsed.data.input);
  const { requestId: id } = parsed.data;
  if (id !== undefined) fields.push(...personalDataFaults({ requestId: id }));
  if (fields.length > 0) throw new RuleError('PERSONAL_DATA', { rule: '10', fields: fields.slice(0, MAX_FAULTS) });
  return parsed.data as TransactionArgument<N>;
}

export function json(text: string): unknown {
  if (text.length > MAX_LENGTH) throw whole(`at most ${MAX_LENGTH} characters`);
  if (!text.isWellFormed()) throw whole('text without lone surrogates');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw whole('JSON');
  }
  if (!wellFormed(value)) throw whole('text without lone surrogates');
  return value;
}

const whole = (message: string) => new RuleError('INPUT_INVALID', { rule: 'schema', fields: [{ path: '', message }] });

/** An escape can bring in what the text itself does not hold, and RFC 8785 cannot write it. */
function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(wellFormed);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).every(([name, item]) => name.isWellFormed() && wellFormed(item));
  return true;
}

const schemas = new Map<TransactionName, z.ZodType>();

function argument(name: TransactionName): z.ZodType<{ input: unknown; requestId?: string | undefined }> {
  let schema = schemas.get(name);
  if (schema === undefined) {
    schema = z.strictObject({ input: transactions[name], requestId: requestId.optional() });
    schemas.set(name, schema);
  }
  return schema as z.ZodType<{ input: unknown; requestId?: string | undefined }>;
}

/** Paths below `input`, as the caller wrote it. A name that nobody knows may itself be personal. */
function faults(issue: z.core.$ZodIssue): FieldFault[] {
  const path = issue.path[0] === 'input' ? issue.path.slice(1) : issue.path;
  const at = (parts: readonly PropertyKey[]) =>
    parts.map((part) => (holdsPersonalData(String(part)) ? '…' : String(part).slice(0, 200))).join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: at([...path, key]), message: 'unknown field' }));
  if (issue.code === 'invalid_union') return [{ path: at(path), message: issue.errors.flat()[0]?.message ?? issue.message }];
  return [{ path: at(path), message: issue.message }];
}
