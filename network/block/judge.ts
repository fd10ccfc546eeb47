import type { Channel } from './channel.js';
import { ValidationCode as Code, codeName } from './codes.js';
import { type Endorsed, endorsed, type Rules } from './endorsement.js';
import { EvidenceError } from './errors.js';
import { type Definition, definitionOf } from './lifecycle.js';
import { checkReads, touch, type Unknown } from './mvcc.js';
import type { TxPlan } from './plan.js';
import { distinct } from './policy.js';
import { HeaderType } from './read.js';
import { type Change, type LedgerState, space } from './state.js';
import type { Content, Fault } from './transaction.js';

/** What is recomputed of one transaction: valid, invalid and why, or not to be told from the file. */
export type Verdict = 'valid' | Fault | Unknown;

export interface Judged {
  readonly code: number;
  /** Whether the code was recomputed; else it is what the file states, for this reason. */
  readonly stated: string | undefined;
}

/** What judging needs beside the block: undefined channel where no configuration is known yet. */
export interface Ledger {
  readonly channel: Channel | undefined;
  readonly state: LedgerState;
  readonly seen: ReadonlySet<string>;
}

/**
 * Recomputes the validation code of each transaction of a block and compares it with the one recorded, where there is one: first
 * what each says by itself and its endorsements, by the state before the block; then what it read, in order, each valid one
 * changing what the next finds. Throws what the first wrong one is evidence of, with its position in `tx`.
 */
export function judgeBlock(
  plans: readonly TxPlan[],
  number: bigint,
  codes: Buffer,
  ledger: Ledger,
): { judged: Judged[]; changes: Change[] } {
  const definitions = new Map<string, Definition | undefined>();
  const definition = (name: string): Definition | undefined => {
    if (!definitions.has(name)) definitions.set(name, definitionOf(name, ledger.state));
    return definitions.get(name);
  };
  const changed = new Set<string>();
  const inBlock = new Set<string>();
  const first: Verdict[] = plans.map((plan, tx) => {
    const verdict = withoutTwin(validity(plan, ledger, definition, changed), plan, inBlock);
    return agreed(verdict, codes[tx], ledger.state.complete, tx);
  });

  const touched = new Set<string>();
  const changes: Change[] = [];
  const judged = plans.map((plan, tx): Judged => {
    const recorded = codes[tx];
    let verdict = first[tx] as Verdict;
    const { content } = plan;
    const whole = content !== undefined && !('code' in content);
    // An unknown that the file states to have passed goes on to the versions that it read.
    const passed = verdict === 'valid' || ('unknown' in verdict && isPassed(recorded));
    if (passed && whole) verdict = both(verdict, readVerdict(content, ledger.state, touched, definition));
    const result = compare(verdict, recorded, tx);
    if (result.code === Code.VALID && whole) {
      for (const change of ledger.state.apply(content.rwset, number, tx)) {
        touched.add(touch(space(change.namespace, change.collection), change.key));
        changes.push(change);
      }
    }
    if (result.code === Code.NOT_VALIDATED) ledger.state.forget();
    return result;
  });
  return { judged, changes };
}

function isPassed(recorded: number | undefined): boolean {
  return recorded === Code.VALID || recorded === Code.MVCC_READ_CONFLICT || recorded === Code.PHANTOM_READ_CONFLICT;
}

/** In the order in which a peer asks: header, creator's signature, body, new id, content, endorsements. */
function validity(plan: TxPlan, ledger: Ledger, definition: (name: string) => Definition | undefined, changed: Set<string>): Verdict {
  const { envelope, creator } = plan;
  if (envelope === undefined) return { code: Code.BAD_PAYLOAD, evidence: 'MALFORMED', detail: 'no envelope with headers' };
  if (plan.header) return plan.header;
  if (creator === undefined) return { code: Code.BAD_CREATOR_SIGNATURE, evidence: 'IDENTITY', detail: `its creator: ${plan.stranger}` };
  if (creator.member.invalid !== undefined)
    return { code: Code.BAD_CREATOR_SIGNATURE, evidence: 'IDENTITY', detail: `its creator: ${creator.member.invalid}` };
  if (!creator.ok) return { code: Code.BAD_CREATOR_SIGNATURE, evidence: 'CREATOR_SIGNATURE', detail: `by ${creator.member.mspId}` };
  if (plan.body) return plan.body;
  if (envelope.type === HeaderType.CONFIG) return 'valid';
  if (ledger.seen.has(envelope.txId)) return { code: Code.DUPLICATE_TXID, evidence: 'DUPLICATE_TX_ID', detail: envelope.txId };
  const content = plan.content as Content | Fault;
  if ('code' in content) return content;
  return endorsement(plan, content, ledger, definition, changed);
}

function endorsement(
  plan: TxPlan,
  content: Content,
  { channel, state }: Ledger,
  definition: (name: string) => Definition | undefined,
  changed: Set<string>,
): Verdict {
  if (channel === undefined) return { unknown: 'the channel configuration lies before the first block of the file' };
  if (!channel.capabilities.has('V2_0') && !channel.capabilities.has('V2_5'))
    return { unknown: 'the channel validates by the rules of Fabric 1.4' };
  const signers = distinct(plan.endorsers.filter((e) => e.ok).map((e) => e.member));
  const rules: Rules = { channel, state, definition, policyChanged: (where, key) => changed.has(touch(where, key)) };
  const answers = [...content.namespaces].map((name) => ({ name, answer: endorsed(name, content.rwset, signers, rules) }));
  const verdict = worst(answers.map(({ name, answer }) => verdictOf(name, answer)));
  for (const { name, answer } of answers) if (answer === 'yes') noteChanges(name, content, changed);
  return verdict === 'valid' ? datesHold(plan, content, rules) : verdict;
}

function worst(verdicts: readonly Verdict[]): Verdict {
  const faults = verdicts.filter((v): v is Fault => v !== 'valid' && 'code' in v);
  const [first] = faults;
  if (first !== undefined) return { ...first, or: faults.map((f) => f.code) };
  return verdicts.find((v) => v !== 'valid') ?? 'valid';
}

function verdictOf(name: string, answer: Endorsed): Verdict {
  if (answer === 'yes') return 'valid';
  if (answer === 'no') return { code: Code.ENDORSEMENT_POLICY_FAILURE, evidence: 'ENDORSEMENT_POLICY', detail: `writes to ${name}` };
  if (answer === 'no-chaincode')
    return { code: Code.INVALID_CHAINCODE, evidence: 'ENDORSEMENT_POLICY', detail: `no chaincode ${name} is defined` };
  return answer;
}

/** A policy that an endorsed transaction sets closes its key for the rest of the block (vpmanagerimpl.go), valid in the end or not. */
function noteChanges(namespace: string, { rwset }: Content, changed: Set<string>): void {
  for (const n of rwset) {
    if (n.namespace !== namespace) continue;
    for (const { key } of n.metadataWrites) changed.add(touch(space(namespace), key));
    for (const c of n.collections)
      for (const m of c.metadataWrites) changed.add(touch(space(namespace, c.collection), m.keyHash.toString('latin1')));
  }
}

/** Fabric does not ask whether a certificate was in date; who believes a record later must. Judged at the transaction's own time. */
function datesHold(plan: TxPlan, content: Content, rules: Rules): Verdict {
  const at = plan.envelope?.timestamp as Date;
  const late = (detail: string): Fault => ({ code: Code.VALID, evidence: 'IDENTITY', detail });
  if (!plan.creator?.member.inDate(at)) return late("its creator's certificate was out of date at its time");
  const good = plan.endorsers.filter((e) => e.ok);
  const inDate = good.filter((e) => e.member.inDate(at));
  if (inDate.length === good.length) return 'valid';
  const signers = distinct(inDate.map((e) => e.member));
  const open = { ...rules, policyChanged: () => false };
  const holds = [...content.namespaces].every((name) => endorsed(name, content.rwset, signers, open) === 'yes');
  return holds ? 'valid' : late('an endorser that it needs was out of date at its time');
}

/** Of two that are otherwise valid with one id, in one block, the first counts. */
function withoutTwin(verdict: Verdict, plan: TxPlan, inBlock: Set<string>): Verdict {
  const txId = plan.envelope?.txId ?? '';
  if (verdict !== 'valid' || plan.envelope?.type !== HeaderType.ENDORSER_TRANSACTION) return verdict;
  if (inBlock.has(txId)) return { code: Code.DUPLICATE_TXID, evidence: 'DUPLICATE_TX_ID', detail: txId };
  inBlock.add(txId);
  return verdict;
}

function readVerdict(
  content: Content,
  state: LedgerState,
  touched: ReadonlySet<string>,
  definition: (name: string) => Definition | undefined,
): Verdict {
  const expires = (namespace: string, collection: string): boolean =>
    (definition(namespace)?.collections.get(collection)?.blockToLive ?? 0n) > 0n;
  const code = checkReads(content.rwset, state, touched, expires);
  if (typeof code !== 'number') return code;
  return code === Code.VALID ? 'valid' : { code, evidence: 'VALIDATION_CODE', detail: 'what it read had changed' };
}

/** Both must hold: a fault outweighs what is unknown. */
function both(a: Verdict, b: Verdict): Verdict {
  if (a !== 'valid' && 'code' in a) return a;
  return b === 'valid' ? a : b;
}

/** What the first half decides must not be at odds with the file; conflicts of versions are left to the second. */
function agreed(verdict: Verdict, recorded: number | undefined, complete: boolean, tx: number): Verdict {
  if (verdict !== 'valid' && 'code' in verdict) {
    // Out of date, and void for another reason: nobody relies on it.
    if (verdict.code === Code.VALID && recorded !== undefined && recorded !== Code.VALID) return agreed('valid', recorded, complete, tx);
    compare(verdict, recorded, tx);
  }
  if (verdict !== 'valid' || recorded === undefined || isPassed(recorded)) return verdict;
  // CouchDB refuses some keys and values that LevelDB takes; which of the two a peer had, the file does not say.
  if (recorded === Code.INVALID_WRITESET) return { unknown: 'a write that the peer’s state database refused' };
  if (recorded === Code.DUPLICATE_TXID && !complete) return { unknown: 'its id may have been used before the first block of the file' };
  compare(verdict, recorded, tx);
  return verdict;
}

/** Where not even the headers can be read, Fabric names the level at which it stopped. */
const unreadable: readonly number[] = [Code.BAD_PAYLOAD, Code.BAD_COMMON_HEADER, Code.INVALID_OTHER_REASON];

function compare(verdict: Verdict, recorded: number | undefined, tx: number): Judged {
  if (verdict === 'valid') {
    if (recorded === undefined || recorded === Code.VALID) return { code: Code.VALID, stated: undefined };
    throw failed(tx, 'VALIDATION_CODE', `recorded ${codeName(recorded)}, recomputed VALID`);
  }
  if ('unknown' in verdict) return { code: recorded ?? Code.NOT_VALIDATED, stated: verdict.unknown };
  // Out of date: valid to Fabric, and not to whoever judges it.
  if (verdict.code === Code.VALID) throw failed(tx, verdict.evidence, verdict.detail);
  if (recorded === undefined || recorded === verdict.code) return { code: verdict.code, stated: undefined };
  if (verdict.or?.includes(recorded)) return { code: recorded, stated: undefined };
  if (verdict.code === Code.BAD_PAYLOAD && unreadable.includes(recorded)) return { code: recorded, stated: undefined };
  if (recorded === Code.VALID) throw failed(tx, verdict.evidence, verdict.detail);
  throw failed(tx, 'VALIDATION_CODE', `recorded ${codeName(recorded)}, recomputed ${codeName(verdict.code)}: ${verdict.detail}`);
}

function failed(tx: number, evidence: Fault['evidence'], detail: string): TxError {
  return new TxError(tx, evidence, detail);
}

/** An EvidenceError that knows its transaction. */
export class TxError extends EvidenceError {
  readonly tx: number;
  constructor(tx: number, code: Fault['evidence'], detail: string) {
    super(code, detail);
    this.tx = tx;
  }
}
