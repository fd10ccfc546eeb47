/**
 * RFC 8785 (JSON Canonicalization Scheme): the one byte form of a value, on the chain and under every digest.
 * Refuses what JSON cannot carry (undefined members are left out, as JSON.stringify does): NaN, infinities, lone surrogates, bigint, functions.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('canonical JSON has no NaN or infinity (RFC 8785 section 3.2.2.3)');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object') {
    const members = value as Record<string, unknown>;
    // sort() compares UTF-16 code units, which is the order RFC 8785 section 3.2.3 asks for.
    const names = Object.keys(members)
      .filter((name) => members[name] !== undefined)
      .sort();
    return `{${names.map((name) => `${text(name)}:${canonical(members[name])}`).join(',')}}`;
  }
  throw new TypeError(`canonical JSON cannot carry a ${typeof value}`);
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('canonical JSON cannot carry a lone surrogate (RFC 8785 section 3.2.2.2)');
  return JSON.stringify(value);
}
