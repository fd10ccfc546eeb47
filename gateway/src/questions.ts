import { createHash, randomBytes } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { Level } from 'level';
import { seal, unseal } from './seal.js';

/**
 * What auditors asked, in words: the ledger holds only a salted commitment to it, so that the audited are not warned. Kept here, sealed, under the
 * commitment itself, so that an auditor can later show what a record on the ledger stood for.
 */
export interface Question {
  readonly action: string;
  readonly asked: Readonly<Record<string, unknown>>;
}

export class Questions {
  readonly #db: Level<string, Buffer>;
  readonly #key: Buffer;

  private constructor(db: Level<string, Buffer>, key: Buffer) {
    this.#db = db;
    this.#key = key;
  }

  static async open(dir: string, key: Buffer): Promise<Questions> {
    const db = new Level<string, Buffer>(dir, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await db.open();
    return new Questions(db, key);
  }

  /** Keeps a question and answers its commitment: SHA-256 of salt ‖ canonical JSON. */
  async keep(question: Question): Promise<string> {
    const salt = randomBytes(32);
    const hash = createHash('sha256').update(salt).update(canonical(question)).digest('hex');
    await this.#db.put(hash, seal(this.#key, hash, JSON.stringify({ salt: salt.toString('hex'), question })), { sync: true });
    return hash;
  }

  /** The question behind a commitment, with its salt, if it was asked through this gateway. */
  async find(hash: string): Promise<{ readonly salt: string; readonly question: Question } | undefined> {
    const bytes = await this.#db.get(hash);
    const text = bytes && unseal(this.#key, hash, bytes);
    return text === undefined ? undefined : JSON.parse(text);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
