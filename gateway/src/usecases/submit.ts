import { randomUUID } from 'node:crypto';
import { RuleError } from '@drl/chaincode/model/errors';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { ServiceError } from '../errors.js';
import { type DecidedEntry, type Journal, type JournalEntry, type OpenEntry, signedOf } from '../journal.js';
import { type Identity, type Ledger, LedgerError, type Receipt, type SignedTransaction } from '../ledger/ledger.js';
import { isConflict, mayRetry, pause, Queues, RETRY_MS, SETTLE_MS, VALID } from './conflicts.js';

/**
 * The one place from which writes go to the ledger: bounded in number, once for each idempotency key, journalled before they are sent, and
 * tried again as new transactions where they lost against a concurrent one.
 */
export interface Write<N extends TransactionName = TransactionName> {
  readonly name: N;
  readonly input: TransactionInput<N>;
  readonly as: Identity;
  readonly requestId?: string;
  /** For the endorsers alone; kept in memory, never journalled: what is sent again after a crash has been endorsed already. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  /** What the caller changes, and the version of it that they know (If-Match): the endorsed answer must be its successor. */
  readonly expected?: { readonly id: string; readonly version: number };
  /** Throws if this must not be tried (any more); asked before each endorsement. */
  readonly check?: () => Promise<void>;
}

/** A write that must happen once: the scope is the caller's name and key, the fingerprint is of the whole request. */
export interface Once {
  readonly scope: string;
  readonly fingerprint: string;
}

export type Outcome =
  | { readonly state: 'decided'; readonly receipt: Receipt }
  /** Not decided yet: this transaction, or the one that it is retried as, tells. */
  | { readonly state: 'open'; readonly transactionId: string };

export interface SubmitterParts {
  readonly ledger: Ledger;
  readonly journal: Journal;
  /** Whom to ask, once it is known whose peers do not answer. */
  readonly endorsers: (name: TransactionName, input: unknown, as: Identity, silent: readonly string[]) => Promise<readonly string[]>;
  readonly maxInFlight: number;
  readonly onConflict?: () => void;
  /** What went wrong with nobody there to be told. */
  readonly onFailure?: (error: unknown) => void;
}

export class Submitter {
  readonly #parts: SubmitterParts;
  readonly #queues = new Queues();
  /** Scopes being looked up or endorsed: a second request waits for the first one's journal entry. */
  readonly #claims = new Map<string, Promise<void>>();
  /** Transactions on their way, with who sent them. */
  readonly #pending = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();
  #inFlight = 0;

  constructor(parts: SubmitterParts) {
    this.#parts = parts;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Who sent this transaction, while it is on its way. */
  pendingOf(transactionId: string): string | undefined {
    return this.#pending.get(transactionId);
  }

  /** `answerAtOnce`: resolves as soon as the transaction is journalled, which needs `once`. */
  async write(write: Write, once?: Once, answerAtOnce = false): Promise<Outcome> {
    const claim = once && (await this.#claim(once));
    if (typeof claim === 'object') return claim;
    let journalled = (_: Outcome) => {};
    const open = new Promise<Outcome>((resolve) => {
      journalled = resolve;
    });
    const done = this.#carryOut(write, once, (transactionId) => {
      claim?.();
      journalled({ state: 'open', transactionId });
    }).finally(() => claim?.());
    // Who waits for the answer is told of the failure; who was answered at once may not be.
    this.#keep(answerAtOnce ? done : done.catch(() => undefined));
    return answerAtOnce ? Promise.race([open, done]) : done;
  }

  /** Sends what a crash left open once more. Resolves when each was tried once; what stays open is tried on in the background. */
  async recover(): Promise<number> {
    const tries: Promise<void>[] = [];
    for await (const [scope, entry] of this.#parts.journal.openEntries())
      tries.push(
        this.#settle(scope, entry).then((settled) => {
          if (!settled) this.#keep(this.#settleLater(scope, entry));
        }),
      );
    await Promise.all(tries);
    return tries.length;
  }

  /** Waits for everything on its way. What nobody knows the outcome of stays in the journal for the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Either what the journal knows already, or the sole right to make this write, until the returned function is called. */
  async #claim({ scope, fingerprint }: Once): Promise<Outcome | (() => void)> {
    for (let before = this.#claims.get(scope); before; before = this.#claims.get(scope)) await before;
    let resolve = () => {};
    const claim = new Promise<void>((free) => {
      resolve = free;
    });
    this.#claims.set(scope, claim);
    const release = () => {
      if (this.#claims.get(scope) === claim) this.#claims.delete(scope);
      resolve();
    };
    try {
      const entry = await this.#parts.journal.get(scope);
      if (!entry) return release;
      release();
      return replay(entry, fingerprint);
    } catch (error) {
      release();
      throw error;
    }
  }

  async #carryOut(write: Write, once: Once | undefined, onSigned: (transactionId: string) => void): Promise<Outcome> {
    if (this.#inFlight >= this.#parts.maxInFlight) throw new LedgerError('OVERLOADED', { stage: 'endorse' });
    this.#inFlight += 1;
    const deadline = Date.now() + RETRY_MS;
    const attempts: string[] = [];
    let leave: (() => void) | undefined;
    try {
      for (let attempt = 1; ; attempt += 1) {
        const signed = await this.#endorse(write);
        let lost: LedgerError | undefined;
        if (signed instanceof LedgerError) lost = signed;
        else {
          attempts.push(signed.transactionId);
          // Made only where it is kept: most writes are decided before anybody asks.
          const tried = [...attempts];
          const entry = () => openEntry(once?.fingerprint ?? '', tried, signed);
          if (once) await this.#parts.journal.put(once.scope, entry());
          onSigned(attempts[0] as string);
          const outcome = await this.#send(write, once, entry, signed);
          if (!(outcome instanceof LedgerError)) return outcome;
          lost = outcome;
        }
        if (!mayRetry(lost, attempt) || Date.now() > deadline) throw lost;
        this.#parts.onConflict?.();
        // A new transaction draws another use and another allotment: who lost once may not meet anybody again, who lost twice waits for its turn.
        if (attempt > 1) leave ??= await this.#queues.enter(subjectOf(write));
        await pause(attempt);
      }
    } catch (error) {
      // Every attempt was refused or is void: nothing stands, so the key is free for another try.
      if (once && attempts.length > 0) await this.#parts.journal.remove(once.scope, attempts);
      throw error;
    } finally {
      leave?.();
      this.#inFlight -= 1;
    }
  }

  /** A LedgerError that may be retried is returned, all else is thrown. */
  async #endorse(write: Write): Promise<SignedTransaction | LedgerError> {
    const { expected, check } = write;
    try {
      await check?.();
      const signed = await this.#signed(write);
      if (expected) guard(expected, signed.result);
      return signed;
    } catch (error) {
      if (error instanceof LedgerError && (error.code === 'CONFLICT' || error.code === 'ENDORSEMENTS_DIFFER')) return error;
      throw error;
    }
  }

  /** An organisation whose peers do not answer is left out, if another may sign in its place. */
  async #signed(write: Write, silent: readonly string[] = []): Promise<SignedTransaction> {
    const { name, input, as, requestId, transient } = write;
    const endorsers = await this.#parts.endorsers(name, input, as, silent);
    const tx = { name, input, endorsers, ...(requestId ? { requestId } : {}), ...(transient ? { transient } : {}) };
    try {
      return await this.#parts.ledger.endorse(tx, as);
    } catch (error) {
      const mspId = error instanceof LedgerError && error.code === 'UNAVAILABLE' ? error.detail.mspId : undefined;
      if (mspId === undefined || silent.includes(mspId)) throw error;
      const without = [...silent, mspId];
      if ((await this.#parts.endorsers(name, input, as, without)).includes(mspId)) throw error;
      return this.#signed(write, without);
    }
  }

  async #send(write: Write, once: Once | undefined, open: () => OpenEntry, signed: SignedTransaction): Promise<Outcome | LedgerError> {
    const { transactionId } = signed;
    this.#pending.set(transactionId, write.as.name);
    try {
      const receipt = await this.#parts.ledger.submit(signed);
      if (receipt.code !== VALID) return invalid(receipt);
      if (once) await this.#parts.journal.put(once.scope, decidedEntry(open(), receipt)).catch((error) => this.#parts.onFailure?.(error));
      return { state: 'decided', receipt };
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      if (error.code === 'CONFLICT') return error;
      const unknown = error.code === 'OUTCOME_UNKNOWN';
      // What was promised to happen once is sent until it is known to be there; what was not, and was not sent, is the caller's to repeat.
      if (!unknown && !(error.code === 'UNAVAILABLE' && once)) throw error;
      const entry = open();
      const scope = once?.scope ?? `${write.as.name} ${randomUUID()}`;
      if (!once) await this.#parts.journal.put(scope, entry);
      this.#keep(this.#settleLater(scope, entry));
      return { state: 'open', transactionId: entry.attempts[0] as string };
    } finally {
      this.#pending.delete(transactionId);
    }
  }

  async #settleLater(scope: string, entry: OpenEntry): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SETTLE_MS);
        this.#stop.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
      });
      if (await this.#settle(scope, entry)) return;
    }
  }

  /** Sends the same envelope once more; true when the ledger has decided. */
  async #settle(scope: string, entry: OpenEntry): Promise<boolean> {
    const { ledger, journal, onFailure } = this.#parts;
    try {
      const receipt = await ledger.submit(signedOf(entry));
      if (receipt.code === VALID) await journal.put(scope, decidedEntry(entry, receipt));
      else await journal.remove(scope, entry.attempts);
      return true;
    } catch (error) {
      const refused = error instanceof LedgerError && (error.code === 'REJECTED' || error.code === 'IDENTITY_REFUSED');
      if (refused) await journal.remove(scope, entry.attempts);
      else onFailure?.(error);
      return refused;
    }
  }

  #keep(work: Promise<unknown>): void {
    const kept = work.catch((error) => this.#parts.onFailure?.(error)).finally(() => this.#running.delete(kept));
    this.#running.add(kept);
  }
}

function replay(entry: JournalEntry, fingerprint: string): Outcome {
  if (entry.fingerprint !== fingerprint) throw new ServiceError('IDEMPOTENCY_KEY_REUSED');
  if (entry.state === 'open') return { state: 'open', transactionId: entry.attempts[0] as string };
  const transactionId = entry.attempts.at(-1) as string;
  return { state: 'decided', receipt: { transactionId, block: BigInt(entry.block), code: VALID, result: entry.result } };
}

function openEntry(fingerprint: string, attempts: readonly string[], signed: SignedTransaction): OpenEntry {
  const envelope = Buffer.from(signed.envelope).toString('base64');
  return { state: 'open', fingerprint, attempts: [...attempts], at: new Date().toISOString(), envelope, result: signed.result };
}

function decidedEntry({ fingerprint, attempts, at }: OpenEntry, receipt: Receipt): DecidedEntry {
  return { state: 'decided', fingerprint, attempts, at, block: String(receipt.block), result: receipt.result };
}

function invalid(receipt: Receipt): LedgerError {
  const detail = { stage: 'commit', transactionId: receipt.transactionId, validationCode: receipt.code } as const;
  return new LedgerError(isConflict(receipt.code) ? 'CONFLICT' : 'REJECTED', detail);
}

/** The answer was computed from what the ledger held; any change between now and the commit makes the transaction a conflict. */
function guard(expected: NonNullable<Write['expected']>, result: string): void {
  const { id, version } = JSON.parse(result) as { id: string; version: number };
  // Some acts answer a record beside the one they change (a contest, a right received); those are held by `check` alone.
  if (id === expected.id && version !== expected.version + 1)
    throw new RuleError('VERSION_MISMATCH', { rule: 'If-Match', given: String(expected.version), accepted: String(version - 1) });
}

/** The record that a write is likely to fight over. */
function subjectOf({ name, input }: Write): string {
  const { grant, id, asset } = input as { grant?: string; id?: string; asset?: string };
  return grant ?? id ?? asset ?? name;
}
