import { ReadModelError } from './errors.js';

/** A filter's time in milliseconds. Throws TIME_INVALID. */
export function timeGiven(value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new ReadModelError('TIME_INVALID');
  return ms;
}
