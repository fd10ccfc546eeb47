import { Level } from 'level';
import { seal, unseal } from '../seal.js';

/** A department's webhook, and how far it has been told. Sealed at rest: its secret lets who has it speak as this service. */
export interface Webhook {
  readonly id: string;
  readonly department: string;
  readonly url: string;
  readonly secret: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** The next notice to send: block, and which of that block's notices. */
  readonly next: { readonly block: number; readonly nth: number };
  /** Deadlines that it has been told of, as long as they wait. */
  readonly told: readonly string[];
  readonly failing?: { readonly since: string; readonly attempts: number; readonly error: string };
  /** Nothing more is sent until someone resumes it. */
  readonly stopped?: { readonly at: string; readonly error: string };
}

export class WebhookStore {
  readonly #db: Level<string, Buffer>;
  readonly #key: Buffer;

  private constructor(db: Level<string, Buffer>, key: Buffer) {
    this.#db = db;
    this.#key = key;
  }

  static async open(dir: string, key: Buffer): Promise<WebhookStore> {
    const db = new Level<string, Buffer>(dir, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await db.open();
    return new WebhookStore(db, key);
  }

  async all(): Promise<Webhook[]> {
    const hooks: Webhook[] = [];
    for await (const [id, bytes] of this.#db.iterator()) {
      const text = unseal(this.#key, id, bytes);
      if (text !== undefined) hooks.push(JSON.parse(text) as Webhook);
    }
    return hooks;
  }

  put(hook: Webhook): Promise<void> {
    return this.#db.put(hook.id, seal(this.#key, hook.id, JSON.stringify(hook)), { sync: true });
  }

  remove(id: string): Promise<void> {
    return this.#db.del(id, { sync: true });
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
