import { createHmac } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { Level } from 'level';
import type { SignedTransaction } from './ledger/ledger.js';

/**
 * The journal of writes that must happen once: what an Idempotency-Key (or a promise of an asynchronous answer) stands for. A signed envelope is
 * here, synced, before it is sent; after a crash the very same envelope is sent again, which the ledger takes once.
 */
interface Common {
  /** Keyed digest of method, address and body: another request under the same key is told so. */
  readonly fingerprint: string;
  /** Every transaction tried for it, the current one last: a conflict is retried as a new transaction. */
  readonly attempts: readonly string[];
  readonly at: string;
}
export interface OpenEntry extends Common {
  readonly state: 'open';
  readonly envelope: string;
  readonly result: string;
}
export interface DecidedEntry extends Common {
  readonly state: 'decided';
  readonly block: string;
  readonly result: string;
}
export type JournalEntry = OpenEntry | DecidedEntry;

/** U+FFFF ends a range of keys of ASCII prefixes. */
const END = '\uffff';

export class Journal {
  readonly #db: Level<string, string>;
  readonly #key: Buffer;

  private constructor(db: Level<string, string>, key: Buffer) {
    this.#db = db;
    this.#key = key;
  }

  static async open(dir: string, key: Buffer): Promise<Journal> {
    const db = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await db.open();
    return new Journal(db, createHmac('sha256', key).update('journal fingerprints').digest());
  }

  /** Without the key a body could be found by trying: a price, a case number. */
  fingerprint(request: unknown): string {
    return createHmac('sha256', this.#key).update(canonical(request)).digest('hex');
  }

  async get(scope: string): Promise<JournalEntry | undefined> {
    const text = await this.#db.get(entryKey(scope));
    return text === undefined ? undefined : (JSON.parse(text) as JournalEntry);
  }

  /** The scope whose write made this transaction. */
  async scopeOf(transactionId: string): Promise<string | undefined> {
    return this.#db.get(attemptKey(transactionId));
  }

  async put(scope: string, entry: JournalEntry): Promise<void> {
    const current = entry.attempts.at(-1) as string;
    await this.#db.batch(
      [
        { type: 'put', key: entryKey(scope), value: JSON.stringify(entry) },
        { type: 'put', key: attemptKey(current), value: scope },
      ],
      // What is decided can be asked of the ledger again; what is open exists nowhere else yet.
      { sync: entry.state === 'open' },
    );
  }

  async remove(scope: string, attempts: readonly string[]): Promise<void> {
    await this.#db.batch([{ type: 'del', key: entryKey(scope) }, ...attempts.map((id) => ({ type: 'del' as const, key: attemptKey(id) }))]);
  }

  async *openEntries(): AsyncGenerator<readonly [scope: string, entry: OpenEntry]> {
    for await (const [scope, entry] of this.#entries()) if (entry.state === 'open') yield [scope, entry];
  }

  /** Forgets what was decided before that time: a key is good for as long as the configuration says. */
  async forget(before: Date): Promise<number> {
    let forgotten = 0;
    for await (const [scope, entry] of this.#entries()) {
      if (entry.state === 'open' || entry.at >= before.toISOString()) continue;
      await this.remove(scope, entry.attempts);
      forgotten += 1;
    }
    return forgotten;
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  async *#entries(): AsyncGenerator<readonly [string, JournalEntry]> {
    for await (const [key, text] of this.#db.iterator({ gte: entryKey(''), lt: entryKey(END) }))
      yield [key.slice(2), JSON.parse(text) as JournalEntry];
  }
}

export function signedOf(entry: OpenEntry): SignedTransaction {
  return {
    transactionId: entry.attempts.at(-1) as string,
    envelope: Buffer.from(entry.envelope, 'base64'),
    result: entry.result,
  };
}

function entryKey(scope: string): string {
  return `e!${scope}`;
}

function attemptKey(transactionId: string): string {
  return `t!${transactionId}`;
}
