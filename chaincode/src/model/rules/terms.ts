import type { Caller } from '../caller.js';
import { canonical } from '../canonical.js';
import { signs } from '../endorsement.js';
import { type FieldFault, RuleError } from '../errors.js';
import { personalDataFaults } from '../personalData.js';
import type { Settings } from '../records/department.js';
import type { Grant } from '../records/grant.js';
import { type ConfidentialTerms, confidentialTerms, MAX_TERMS_BYTES, SALT_BYTES, TRANSIENT_TERMS } from '../records/terms.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, changed, stampOf } from './act.js';
import { grantStatus } from './derive.js';

/**
 * Confidential terms: a text goes to both parties' private data (terms:write), one side offers its commitment on the grant, the other accepts
 * the same. Nothing here quotes a text: what an error says reaches logs.
 */
type Named = TransactionInput<'grant:offerTerms'>;

export function offerTerms(act: Act, grant: Grant, { termsHash }: Named): Grant {
  mustNegotiate(act, grant);
  if (grant.termsHash === termsHash || grant.termsOffer?.termsHash === termsHash)
    throw new RuleError('ALREADY_EXISTS', { rule: '10', given: termsHash, accepted: 'terms that are neither offered nor agreed' });
  return { ...changed(act, grant), termsOffer: { termsHash, stamp: stampOf(act) } };
}

export function acceptTerms(act: Act, grant: Grant, { termsHash }: Named): Grant {
  mustNegotiate(act, grant);
  const { termsOffer: offer, ...next } = changed(act, grant);
  const { stamp } = mustBeOffered(offer, termsHash);
  if (stamp.department === act.caller.department)
    throw new RuleError('NOT_YOURS', { rule: '10', given: act.caller.department, accepted: 'the other party' });
  return { ...next, termsHash, termsAgreed: { offered: stamp, accepted: stampOf(act) } };
}

/** By the side that offered: taken back. By the other: declined. */
export function declineTerms(act: Act, grant: Grant, { termsHash }: Named): Grant {
  mustNegotiate(act, grant);
  const { termsOffer: offer, ...next } = changed(act, grant);
  mustBeOffered(offer, termsHash);
  return next;
}

/** Each side speaks through those who ask for or decide its grants. Private writes leave no record that would say so: readers of blocks ask it again. */
export function speakerFault(grant: Grant, caller: Caller): 'NOT_YOURS' | 'ROLE_MISSING' | undefined {
  if (caller.department !== grant.assigner && caller.department !== grant.assignee) return 'NOT_YOURS';
  return caller.roles.includes(roleOf(grant, caller)) ? undefined : 'ROLE_MISSING';
}

/** Whether a text may be handed to the parties' peers. */
export function mustNegotiate(act: Act, grant: Grant): void {
  mustSpeakFor(act, grant);
  const status = grantStatus(grant, act.at);
  if (!live(status)) throw new RuleError('STATE_FORBIDS', { rule: 'states', given: status, accepted: 'a grant that has not ended' });
}

/** A text in force stays: its commitment would stand for nothing that an auditor could be shown. */
export function mustBePast(act: Act, grant: Grant, termsHash: string): void {
  mustSpeakFor(act, grant);
  if (!live(grantStatus(grant, act.at))) return;
  const standing = termsStanding(grant, termsHash);
  if (standing !== undefined)
    throw new RuleError('STATE_FORBIDS', { rule: '10', given: standing, accepted: 'terms that are no longer agreed or offered' });
}

/** Whether that commitment is the one agreed, or the one offered. */
export function termsStanding(grant: Grant, termsHash: string): 'agreed' | 'offered' | undefined {
  if (grant.termsHash === termsHash) return 'agreed';
  return grant.termsOffer?.termsHash === termsHash ? 'offered' : undefined;
}

/** The two parties' own people read, on whichever peer it is asked: a peer's organisation may host other departments too. */
export function mustRead({ department, roles }: Caller, { assigner, assignee }: Grant): void {
  const party = department === assigner || department === assignee;
  if (!party) throw new RuleError('NOT_YOURS', { rule: '10', given: department, accepted: `${assigner} or ${assignee}` });
  if (!roles.includes('steward') && !roles.includes('consumer'))
    throw new RuleError('ROLE_MISSING', { rule: '10', given: roles.join(', ') || 'none', accepted: 'steward or consumer' });
}

/** A party's copy: where it lies. */
export interface Home {
  readonly department: string;
  readonly mspId: string;
}

/**
 * Each party's own organisation holds its copy, written with that organisation's endorsement: so it must have a peer that endorses, which an
 * auditor's has not. Departments on one organisation have two copies in its one collection.
 */
export function homesOf(
  { assigner, assignee }: Grant,
  mspOf: (department: string) => string | undefined,
  settings: Pick<Settings, 'managerMspId' | 'departmentMspIds'>,
): Home[] {
  return [assigner, assignee].map((department) => {
    const mspId = mspOf(department);
    if (mspId === undefined || (mspId !== settings.managerMspId && !signs(mspId, settings)))
      throw new RuleError('TERMS_NO_PEER', {
        rule: '10',
        given: `${department} on ${mspId ?? 'no organisation'}`,
        accepted: 'an endorsing one',
      });
    return { department, mspId };
  });
}

/** What the commitment is the SHA-256 of, and what private data holds: so Fabric's own hash of the private value is the commitment. */
export function termsBytes(salt: Uint8Array, terms: ConfidentialTerms): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new TypeError(`a salt has ${SALT_BYTES} bytes`);
  const text = new TextEncoder().encode(canonical(terms));
  const bytes = new Uint8Array(SALT_BYTES + text.length);
  bytes.set(salt);
  bytes.set(text, SALT_BYTES);
  return bytes;
}

/** Splits what `termsBytes` made. Throws a TypeError on anything else, which says nothing of what it is. */
export function splitTerms(bytes: Uint8Array): { readonly salt: Uint8Array; readonly terms: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(SALT_BYTES));
    const terms: unknown = JSON.parse(text);
    if (bytes.length > SALT_BYTES && canonical(terms) === text) return { salt: bytes.subarray(0, SALT_BYTES), terms };
  } catch {
    // JSON.parse would quote the text.
  }
  throw new TypeError('not a salt and canonical JSON');
}

/** Whether the text is one that both can hold to. Paths only: neither a value nor a name that a stranger chose is said. */
export function termsFaults(terms: unknown, elements: readonly string[]): FieldFault[] {
  const parsed = confidentialTerms.safeParse(terms);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, code, message }) => ({
      path: [TRANSIENT_TERMS, ...path].join('.'),
      message: code === 'unrecognized_keys' ? 'unknown field' : message,
    }));
  const { contacts, ...rest } = parsed.data;
  const named = contacts?.map(({ phone: _reachable, ...contact }) => contact);
  return [
    ...personalDataFaults({ ...rest, ...(named === undefined ? {} : { contacts: named }) }, [TRANSIENT_TERMS]),
    ...(rest.elements ?? []).flatMap(({ name }, i) =>
      elements.includes(name) ? [] : [{ path: `${TRANSIENT_TERMS}.elements.${i}.name`, message: 'not an element of the grant' }],
    ),
  ];
}

/** As the endorsers get it. Throws INPUT_INVALID with every field at fault. */
export function openTerms(bytes: Uint8Array | undefined, grant: Grant): void {
  if (bytes === undefined) throw invalid('expected in the transient data');
  if (bytes.length > MAX_TERMS_BYTES) throw invalid(`at most ${MAX_TERMS_BYTES} bytes`);
  let terms: unknown;
  try {
    ({ terms } = splitTerms(bytes));
  } catch {
    throw invalid(`${SALT_BYTES} bytes of salt and the canonical JSON (RFC 8785) of the terms`);
  }
  const fields = termsFaults(terms, grant.elements);
  if (fields.length > 0) throw new RuleError('INPUT_INVALID', { rule: 'schema', fields: fields.slice(0, MAX_FAULTS) });
}

const MAX_FAULTS = 100;

const invalid = (message: string) => new RuleError('INPUT_INVALID', { rule: 'schema', fields: [{ path: TRANSIENT_TERMS, message }] });

function live(status: string): boolean {
  return ['requested', 'escalated', 'returned', 'active', 'suspended'].includes(status);
}

function mustSpeakFor({ caller }: Act, grant: Grant): void {
  const { assigner, assignee } = grant;
  const code = speakerFault(grant, caller);
  if (code === 'NOT_YOURS') throw new RuleError(code, { rule: '10', given: caller.department, accepted: `${assigner} or ${assignee}` });
  if (code) throw new RuleError(code, { rule: '1', given: caller.roles.join(', ') || 'none', accepted: roleOf(grant, caller) });
}

const roleOf = ({ assigner }: Grant, { department }: Caller) => (department === assigner ? 'steward' : 'consumer');

function mustBeOffered(offer: Grant['termsOffer'], termsHash: string): NonNullable<Grant['termsOffer']> {
  if (offer === undefined) throw new RuleError('STATE_FORBIDS', { rule: '10', given: 'no offer', accepted: 'terms that were offered' });
  if (offer.termsHash !== termsHash) throw new RuleError('TERMS_MISMATCH', { rule: '10', given: termsHash, accepted: offer.termsHash });
  return offer;
}
