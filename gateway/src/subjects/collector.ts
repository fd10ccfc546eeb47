import { randomBytes } from 'node:crypto';
import type { Asset, Distribution } from '@drl/chaincode/model/records/asset';
import type { Subjects as Committed } from '@drl/chaincode/model/records/share';
import type { Cutter } from '../delivery/cut/cutter.js';
import { formatOf } from '../delivery/cut/formats.js';
import type { Source } from '../delivery/resource.js';
import { leafHash, TreeRoot } from '../leaks/tree.js';
import type { Subjects } from './subjects.js';
import { identifying, leafOf, tagOf } from './tag.js';

/** Rows whose tags are written together. */
const TOGETHER = 4096;

/**
 * Whom a delivery is about. The elements that identify may well be withheld from the consumer, so they are read beside the cut, from the same bytes of
 * the same pass: of several passes the last one counts, since its rows are those that leave.
 */
export class Collector {
  readonly #subjects: Subjects;
  readonly #department: string;
  readonly #elements: ReturnType<typeof identifying>;
  readonly #limit: number;
  readonly #key: Buffer;
  #pass: Pass | undefined;
  #share: string | undefined;

  private constructor(subjects: Subjects, { publisher, ...asset }: Asset, limit: number, key: Buffer) {
    this.#subjects = subjects;
    this.#department = publisher;
    this.#elements = identifying(asset);
    this.#limit = limit;
    this.#key = key;
  }

  static async open(subjects: Subjects, asset: Asset, limit = Number.POSITIVE_INFINITY): Promise<Collector> {
    return new Collector(subjects, asset, limit, await subjects.keyOf(asset.publisher));
  }

  /** The same source, looked at as it is read. Where nobody is identified, or nothing can be cut, it is handed back as it is. */
  follow(source: Source, { mediaType, accessURL }: Distribution): Source {
    const format = formatOf(mediaType, source.mediaType, accessURL);
    if (this.#elements.length === 0 || format === undefined) return source;
    const begin = () =>
      this.#begin((onRow) => format.make({ elements: this.#elements.map(({ name }) => name), limit: this.#limit, onRow }));
    return {
      ...source,
      close: () => source.close(),
      read: async function* () {
        const pass = await begin();
        for await (const chunk of source.read()) {
          // What a cutter is given is its own to change.
          await pass.see(Buffer.from(chunk));
          yield chunk;
        }
        await pass.end();
      },
    };
  }

  /** The share that the rows leave under: from here on they count, whatever becomes of the delivery. */
  async begin(share: string): Promise<void> {
    this.#share = share;
    await this.#keep();
  }

  /** What the provider commits to; undefined where nobody is named. */
  async finish(): Promise<Committed | undefined> {
    await this.#pass?.write();
    return this.#pass?.committed();
  }

  /** To be called whatever came of it. */
  async end(): Promise<void> {
    if (this.#pass && this.#share === undefined) await this.#subjects.forget(this.#pass.id);
  }

  async #begin(make: (onRow: (names: readonly string[], values: readonly string[]) => void) => Cutter): Promise<Pass> {
    if (this.#pass) await this.#subjects.forget(this.#pass.id);
    const columns = this.#elements;
    const tag = (names: readonly string[], values: readonly string[]) =>
      tagOf(this.#key, Object.fromEntries(columns.map(({ name, key }) => [key, values[names.indexOf(name)]])));
    this.#pass = new Pass(this.#subjects, this.#department, tag, make);
    await this.#keep();
    return this.#pass;
  }

  async #keep(): Promise<void> {
    if (this.#pass && this.#share !== undefined)
      await this.#subjects.begin({ id: this.#pass.id, share: this.#share, salt: this.#pass.salt.toString('hex') });
  }
}

class Pass {
  readonly id = randomBytes(12).toString('hex');
  readonly salt = randomBytes(32);
  readonly #subjects: Subjects;
  readonly #department: string;
  readonly #tree = new TreeRoot();
  readonly #cutter: Cutter;
  #failed = false;
  #tags: Buffer[] = [];
  #leaves: Buffer[] = [];

  constructor(
    subjects: Subjects,
    department: string,
    tag: (names: readonly string[], values: readonly string[]) => Buffer | undefined,
    make: (onRow: (names: readonly string[], values: readonly string[]) => void) => Cutter,
  ) {
    this.#subjects = subjects;
    this.#department = department;
    this.#cutter = make((names, values) => {
      const found = tag(names, values);
      if (found === undefined) return;
      const leaf = leafOf(this.salt, found);
      this.#tree.add(leafHash(leaf));
      this.#tags.push(found);
      this.#leaves.push(leaf);
    });
  }

  async see(chunk: Buffer): Promise<void> {
    this.#read(() => this.#cutter.write(chunk));
    if (this.#tags.length >= TOGETHER) await this.write();
  }

  async end(): Promise<void> {
    this.#read(() => this.#cutter.end());
    await this.write();
  }

  async write(): Promise<void> {
    if (this.#tags.length === 0) return;
    const [tags, leaves] = [this.#tags, this.#leaves];
    this.#tags = [];
    this.#leaves = [];
    await this.#subjects.add(this.#department, this.id, this.#tree.size - tags.length, tags, leaves);
  }

  committed(): Committed | undefined {
    return this.#tree.size === 0 ? undefined : { root: this.#tree.root().toString('hex'), count: this.#tree.size };
  }

  /** A resource that is not what its format says is the delivery's to refuse; one that lacks the column names nobody. */
  #read(work: () => unknown): void {
    if (this.#failed) return;
    try {
      work();
    } catch {
      this.#failed = true;
    }
  }
}
