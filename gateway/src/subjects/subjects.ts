import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { seal, unseal } from '../seal.js';

/**
 * In whose rows a person is, as the provider's gateway knows it: departments' keys and what each collection belongs to, sealed; tags, which are HMACs, as
 * keys of level; leaves in a file for each collection. A collection is one try at a delivery, or one query.
 */
export interface Collection {
  readonly id: string;
  readonly share: string;
  /** Hex. */
  readonly salt: string;
}

/** A person's row in a collection. */
export interface Found extends Collection {
  readonly index: number;
}

export class Subjects {
  readonly #db: Level<string, Buffer>;
  readonly #dir: string;
  readonly #key: Buffer;

  private constructor(db: Level<string, Buffer>, dir: string, key: Buffer) {
    this.#db = db;
    this.#dir = dir;
    this.#key = key;
  }

  static async open(dir: string, key: Buffer): Promise<Subjects> {
    await mkdir(join(dir, 'leaves'), { recursive: true, mode: 0o700 });
    const db = new Level<string, Buffer>(join(dir, 'tags'), { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await db.open();
    return new Subjects(db, dir, key);
  }

  /** Made when first asked for, and never changed: without it nobody's uses are found again. */
  async keyOf(department: string): Promise<Buffer> {
    const name = `key/${department}`;
    const kept = await this.#open(name);
    if (kept !== undefined) return Buffer.from(kept, 'hex');
    const key = randomBytes(32);
    await this.#db.put(name, seal(this.#key, name, key.toString('hex')), { sync: true });
    return key;
  }

  /** Tags of rows that follow those before. */
  async add(department: string, collection: string, first: number, tags: readonly Buffer[], leaves: readonly Buffer[]): Promise<void> {
    const batch = this.#db.batch();
    for (const [i, tag] of tags.entries()) {
      const index = Buffer.alloc(6);
      index.writeUIntBE(first + i, 0, 6);
      batch.put(`tag/${department}/${tag.toString('hex')}/${collection}`, index);
    }
    await batch.write();
    await appendFile(this.#leaves(collection), Buffer.concat(leaves), { mode: 0o600 });
  }

  /** From then on what is in the collection counts: synced, before the first byte leaves. */
  async begin({ id, ...rest }: Collection): Promise<void> {
    const name = `collection/${id}`;
    await this.#db.put(name, seal(this.#key, name, JSON.stringify(rest)), { sync: true });
  }

  /** Of tries that came to nothing tags may be left; they lead nowhere. */
  async *find(department: string, tag: Buffer): AsyncGenerator<Found> {
    const prefix = `tag/${department}/${tag.toString('hex')}/`;
    for await (const [name, index] of this.#db.iterator({ gte: prefix, lt: `${prefix.slice(0, -1)}0` })) {
      const id = name.slice(prefix.length);
      const kept = await this.#open(`collection/${id}`);
      if (kept !== undefined) yield { id, ...(JSON.parse(kept) as Omit<Collection, 'id'>), index: index.readUIntBE(0, 6) };
    }
  }

  /** 32 bytes each, in the order of the rows. */
  leaves(collection: string): Promise<Buffer> {
    return readFile(this.#leaves(collection));
  }

  async forget(collection: string): Promise<void> {
    await this.#db.del(`collection/${collection}`);
    await rm(this.#leaves(collection), { force: true });
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  #leaves(collection: string): string {
    return join(this.#dir, 'leaves', collection);
  }

  async #open(name: string): Promise<string | undefined> {
    const bytes = await this.#db.get(name);
    return bytes && unseal(this.#key, name, bytes);
  }
}
