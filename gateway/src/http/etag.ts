import { ServiceError } from '../errors.js';

/**
 * A record's ETag is its version, and, where time or others' records alone make it look different (an expired grant, a contested right), that too:
 * `"3"`, `"3+expired"`. If-Match compares versions: what time brings about is no change that an update could lose.
 */
export function etagOf(record: { readonly version: number }, derived: readonly string[] = []): string {
  return `"${[record.version, ...derived].join('+')}"`;
}

const TAG = /^"([1-9]\d{0,9})(?:\+[a-z0-9-]+)*"$/;

/** RFC 9110 section 13.1.1. Undefined: nothing to guard (`*` asks only that the record exists, which every change of ours needs). */
export function versionOfIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = TAG.exec(header.trim())?.[1];
  // Lists have no use here (a record has one version at a time), and weak tags never match strongly.
  if (version === undefined) throw new ServiceError('PRECONDITION_INVALID', { given: header.slice(0, 100), accepted: '"VERSION" or *' });
  return Number(version);
}
