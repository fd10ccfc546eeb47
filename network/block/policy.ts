import { EvidenceError } from './errors.js';
import { EMPTY, len, malformed, num, Reader } from './wire.js';
import { bytes, item, items, message, varint, varintAlways } from './write.js';

/** Fabric's signature policies: the text that people write, the structure, the bytes (fabric common/policydsl, fabric-protos common/policies.proto). */
export const roles = ['member', 'admin', 'client', 'peer', 'orderer'] as const;
export type Role = (typeof roles)[number];

export type Principal =
  | { readonly kind: 'role'; readonly mspId: string; readonly role: Role }
  | { readonly kind: 'ou'; readonly mspId: string; readonly unit: string; readonly certifiers: Buffer }
  | { readonly kind: 'identity'; readonly identity: Buffer }
  | { readonly kind: 'anonymity'; readonly anonymous: boolean }
  | { readonly kind: 'combined'; readonly principals: readonly Principal[] }
  /** A kind that Fabric 2.x does not know: nobody satisfies it. */
  | { readonly kind: 'unknown' };

export type Rule = { readonly signedBy: number } | { readonly outOf: number; readonly rules: readonly Rule[] };

/** SignaturePolicyEnvelope. */
export interface SignaturePolicy {
  readonly rule: Rule;
  readonly principals: readonly Principal[];
}

/** `AND('A.member', OutOf(1, 'B.peer', 'C.peer'))`. Throws a SyntaxError that says where the text stops making sense. */
export function parsePolicy(text: string): SignaturePolicy {
  const principals: Principal[] = [];
  const tokens = text.match(/\s*(?:'[^']*'|"[^"]*"|[A-Za-z]+|\d+|[(),]|\S)/g)?.map((t) => t.trim()) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new SyntaxError(
        `policy ${text}: ${expected ?? 'more'} expected ${token === undefined ? 'at the end' : `where ${token} stands`}`,
      );
    return token;
  };
  const rule = (): Rule => {
    const token = take();
    if (/^['"]/.test(token)) {
      principals.push(parsePrincipal(token.slice(1, -1)));
      return { signedBy: principals.length - 1 };
    }
    const gate = gates[token];
    if (gate === undefined) throw new SyntaxError(`policy ${text}: ${token} is no gate and no quoted principal`);
    take('(');
    const n = gate === 'outof' ? take().replace(/^['"]|['"]$/g, '') : '';
    if (gate === 'outof') take(',');
    const rules = [rule()];
    while (tokens[at] === ',') {
      at++;
      rules.push(rule());
    }
    take(')');
    const outOf = gate === 'and' ? rules.length : gate === 'or' ? 1 : Number(n);
    // fabric policydsl: one more than there are is allowed, and can never be met.
    if (!Number.isInteger(outOf) || outOf < 0 || outOf > rules.length + 1)
      throw new SyntaxError(`policy ${text}: ${n} out of ${rules.length} cannot be`);
    return { outOf, rules };
  };
  const whole = rule();
  if ('signedBy' in whole) throw new SyntaxError(`policy ${text}: a gate is needed around the principal`);
  if (at < tokens.length) throw new SyntaxError(`policy ${text}: ${tokens[at]} stands after the end`);
  return { rule: whole, principals };
}

const gates: Readonly<Record<string, 'and' | 'or' | 'outof'>> = {
  AND: 'and',
  And: 'and',
  and: 'and',
  OR: 'or',
  Or: 'or',
  or: 'or',
  OutOf: 'outof',
  OUTOF: 'outof',
  outof: 'outof',
};

function parsePrincipal(text: string): Principal {
  const [, mspId, role] = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/.exec(text) ?? [];
  if (mspId === undefined) throw new SyntaxError(`principal ${text}: MSP.ROLE expected, ROLE one of ${roles.join(', ')}`);
  return { kind: 'role', mspId, role: role as Role };
}

/** SignaturePolicyEnvelope bytes: the same for the same policy, everywhere. */
export function policyBytes(policy: SignaturePolicy): Buffer {
  return message(item(2, ruleBytes(policy.rule)), items(3, policy.principals.map(principalBytes)));
}

/** ApplicationPolicy with a signature policy: what a chaincode definition or a key's VALIDATION_PARAMETER of the lifecycle holds. */
export function applicationPolicyBytes(policy: SignaturePolicy | { readonly channelPolicy: string }): Buffer {
  return 'channelPolicy' in policy ? item(2, policy.channelPolicy) : item(1, policyBytes(policy));
}

function ruleBytes(rule: Rule): Buffer {
  // Members of a oneof are written though they hold the default.
  if ('signedBy' in rule) return varintAlways(1, rule.signedBy);
  return item(2, message(varint(1, rule.outOf), items(2, rule.rules.map(ruleBytes))));
}

const classes = { role: 0, ou: 1, identity: 2, anonymity: 3, combined: 4 } as const;

function principalBytes(principal: Principal): Buffer {
  if (principal.kind === 'unknown') throw new TypeError('a principal of unknown kind cannot be written');
  return message(varint(1, classes[principal.kind]), bytes(2, principalContent(principal)));
}

function principalContent(principal: Exclude<Principal, { kind: 'unknown' }>): Buffer {
  switch (principal.kind) {
    case 'role':
      return message(bytes(1, principal.mspId), varint(2, roles.indexOf(principal.role)));
    case 'ou':
      return message(bytes(1, principal.mspId), bytes(2, principal.unit), bytes(3, principal.certifiers));
    case 'identity':
      return principal.identity;
    case 'anonymity':
      return varint(1, principal.anonymous ? 1 : 0);
    case 'combined':
      return items(1, principal.principals.map(principalBytes));
  }
}

/** Reads a SignaturePolicyEnvelope and sees that it holds together (fabric common/cauthdsl compile). Throws MALFORMED. */
export function readPolicy(policy: Uint8Array): SignaturePolicy {
  const principals: Principal[] = [];
  let rule: Buffer | undefined;
  let version = 0;
  const r = new Reader(policy);
  while (r.next()) {
    if (r.tag === num(1)) version = r.int32();
    else if (r.tag === len(2)) rule = r.merge(rule);
    else if (r.tag === len(3)) principals.push(readPrincipal(r.bytes(), 0));
  }
  if (version !== 0 || rule === undefined) throw malformed('a signature policy of an unknown version, or without a rule');
  return { rule: readRule(rule, principals.length, 0), principals };
}

const maxDepth = 100;

function readRule(rule: Buffer, principals: number, depth: number): Rule {
  if (depth > maxDepth) throw malformed('a policy nested too deep');
  let signedBy: number | undefined;
  let gate: Buffer | undefined;
  const r = new Reader(rule);
  while (r.next()) {
    if (r.tag === num(1)) {
      signedBy = r.int32();
      gate = undefined;
    } else if (r.tag === len(2)) {
      gate = r.merge(gate);
      signedBy = undefined;
    }
  }
  if (signedBy !== undefined) {
    if (signedBy < 0 || signedBy >= principals) throw malformed('a policy names a principal that it does not list');
    return { signedBy };
  }
  if (gate === undefined) throw malformed('an empty policy element');
  let outOf = 0;
  const rules: Rule[] = [];
  const g = new Reader(gate);
  while (g.next()) {
    if (g.tag === num(1)) outOf = g.int32();
    else if (g.tag === len(2)) rules.push(readRule(g.bytes(), principals, depth + 1));
  }
  return { outOf, rules };
}

/** A principal that cannot be read is one that nobody satisfies: a peer finds that out at evaluation, not before. */
function readPrincipal(principal: Buffer, depth: number): Principal {
  let kind = 0;
  let content = EMPTY;
  const r = new Reader(principal);
  while (r.next()) {
    if (r.tag === num(1)) kind = r.int32();
    else if (r.tag === len(2)) content = r.bytes();
  }
  try {
    return readContent(kind, content, depth);
  } catch (error) {
    if (error instanceof EvidenceError) return { kind: 'unknown' };
    throw error;
  }
}

function readContent(kind: number, content: Buffer, depth: number): Principal {
  if (kind === classes.identity) return { kind: 'identity', identity: content };
  if (kind === classes.combined) return readCombined(content, depth);
  let mspId = '';
  let unit = '';
  let certifiers = EMPTY;
  let value = 0;
  const r = new Reader(content);
  while (r.next()) {
    if (kind === classes.anonymity && r.tag === num(1)) value = r.int32();
    else if (kind === classes.role && r.tag === num(2)) value = r.int32();
    else if (kind === classes.ou && r.tag === len(2)) unit = r.string();
    else if (kind === classes.ou && r.tag === len(3)) certifiers = r.bytes();
    else if (r.tag === len(1)) mspId = r.string();
  }
  const role = roles[value];
  if (kind === classes.role && role !== undefined) return { kind: 'role', mspId, role };
  if (kind === classes.ou) return { kind: 'ou', mspId, unit, certifiers };
  if (kind === classes.anonymity && (value === 0 || value === 1)) return { kind: 'anonymity', anonymous: value === 1 };
  return { kind: 'unknown' };
}

function readCombined(content: Buffer, depth: number): Principal {
  if (depth > maxDepth) return { kind: 'unknown' };
  const principals: Principal[] = [];
  const r = new Reader(content);
  while (r.next()) if (r.tag === len(1)) principals.push(readPrincipal(r.bytes(), depth + 1));
  return principals.length > 0 ? { kind: 'combined', principals } : { kind: 'unknown' };
}

/** Someone whose signature is known to be good, and who can be asked what they are. */
export interface Signer {
  /** MSP and certificate: the same signer has the same id. */
  readonly id: string;
  satisfies(principal: Principal): boolean;
}

/**
 * Evaluates as fabric common/cauthdsl does: rules in order, each taking the first signer not yet used that fits; what a failed
 * branch took is given back. Greedy, so a policy that lists a wide principal before a narrow one may refuse what another
 * assignment would satisfy; a peer refuses it likewise. Signers must be without duplicates: `distinct`.
 */
export function satisfied(policy: SignaturePolicy, signers: readonly Signer[]): boolean {
  return evaluate(policy.rule, policy.principals, signers, new Set()) !== undefined;
}

/** The signers used, or undefined. */
function evaluate(
  rule: Rule,
  principals: readonly Principal[],
  signers: readonly Signer[],
  used: ReadonlySet<Signer>,
): ReadonlySet<Signer> | undefined {
  if ('signedBy' in rule) {
    const principal = principals[rule.signedBy] as Principal;
    const signer = signers.find((s) => !used.has(s) && s.satisfies(principal));
    return signer && new Set([...used, signer]);
  }
  let met = 0;
  let taken = used;
  for (const inner of rule.rules) {
    const after = evaluate(inner, principals, signers, taken);
    if (after !== undefined) {
      met++;
      taken = after;
    }
  }
  return met >= rule.outOf ? taken : undefined;
}

export function distinct<T extends Signer>(signers: readonly T[]): T[] {
  const seen = new Set<string>();
  return signers.filter((s) => !seen.has(s.id) && seen.add(s.id));
}
