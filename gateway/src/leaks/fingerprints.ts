import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mark } from '@drl/chaincode/model/records/grant';
import type { Fingerprint } from '@drl/chaincode/model/records/share';
import { Level } from 'level';
import { seal, unseal } from '../seal.js';
import type { Canary } from './canaries.js';
import { TAG } from './cmac.js';
import { FingerprintFile } from './fingerprintFile.js';

/**
 * What this gateway's deliveries can be known by: their keys and canaries, sealed, in level; the tags of their rows in a file each, which without the
 * key say nothing. Whoever delivered holds them, and nobody else can search for them.
 */
export interface Kept {
  /** Of one try at a delivery: a share that was cut off and delivered again has several. */
  readonly id: string;
  readonly share: string;
  readonly asset: string;
  readonly provider: string;
  readonly consumer: string;
  /** Hex. */
  readonly key: string;
  readonly columns: readonly string[];
  readonly marks: readonly Mark[];
  readonly startedAt: string;
  /** Once all rows had left. */
  readonly fingerprint?: Fingerprint;
}

export class Fingerprints {
  readonly #db: Level<string, Buffer>;
  readonly #dir: string;
  readonly #key: Buffer;

  private constructor(db: Level<string, Buffer>, dir: string, key: Buffer) {
    this.#db = db;
    this.#dir = dir;
    this.#key = key;
  }

  static async open(dir: string, key: Buffer): Promise<Fingerprints> {
    await mkdir(join(dir, 'tags'), { recursive: true, mode: 0o700 });
    const db = new Level<string, Buffer>(join(dir, 'keys'), { keyEncoding: 'utf8', valueEncoding: 'buffer' });
    await db.open();
    return new Fingerprints(db, dir, key);
  }

  newId(): string {
    return randomBytes(12).toString('hex');
  }

  file(id: string): FingerprintFile {
    return new FingerprintFile(this.#tags(id));
  }

  keep(kept: Kept): Promise<void> {
    return this.#put(`kept/${kept.asset}/${kept.share}/${kept.id}`, kept);
  }

  keepCanaries(id: string, number: number, canaries: readonly Canary[]): Promise<void> {
    return this.#put(`canaries/${id}/${String(number).padStart(9, '0')}`, canaries);
  }

  /** Of one asset, or of one share of it, or all. */
  async *all(asset?: string, share?: string): AsyncGenerator<Kept> {
    const prefix = ['kept', ...(asset === undefined ? [] : [asset]), ...(share === undefined ? [] : [share])].join('/');
    yield* this.#each<Kept>(`${prefix}/`);
  }

  async *canaries(id: string): AsyncGenerator<Canary> {
    for await (const some of this.#each<readonly Canary[]>(`canaries/${id}/`)) yield* some;
  }

  /** Whether its tags are still there: an operator may delete the files of deliveries that nobody needs to find any more. */
  has({ id }: Pick<Kept, 'id'>): boolean {
    return existsSync(this.#tags(id));
  }

  /** Whole rows of tags, chunk by chunk. */
  async *tags({ id, columns }: Pick<Kept, 'id' | 'columns'>): AsyncGenerator<Buffer> {
    const width = columns.length * TAG;
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(this.#tags(id), { highWaterMark: 1024 * 1024 })) {
      const bytes = Buffer.concat([rest, chunk as Buffer]);
      const whole = bytes.length - (bytes.length % width);
      rest = bytes.subarray(whole);
      yield bytes.subarray(0, whole);
    }
  }

  /** The tags of so many rows. */
  async tagsOf({ id, columns }: Pick<Kept, 'id' | 'columns'>, from: number, rows: number): Promise<Buffer> {
    const width = columns.length * TAG;
    const file = await open(this.#tags(id), 'r');
    try {
      const bytes = Buffer.alloc(rows * width);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from * width);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  #tags(id: string): string {
    return join(this.#dir, 'tags', id);
  }

  #put(name: string, value: unknown): Promise<void> {
    return this.#db.put(name, seal(this.#key, name, JSON.stringify(value)), { sync: true });
  }

  async *#each<T>(prefix: string): AsyncGenerator<T> {
    for await (const [name, bytes] of this.#db.iterator({ gte: prefix, lt: `${prefix.slice(0, -1)}0` })) {
      const text = unseal(this.#key, name, bytes);
      if (text !== undefined) yield JSON.parse(text) as T;
    }
  }
}
