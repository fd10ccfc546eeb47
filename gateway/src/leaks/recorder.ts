import { randomBytes } from 'node:crypto';
import type { Mark } from '@drl/chaincode/model/records/grant';
import type { Fingerprint, Share } from '@drl/chaincode/model/records/share';
import type { Watch } from '../delivery/prepare.js';
import type { Canary } from './canaries.js';
import { Fingerprinter } from './fingerprinter.js';
import type { FingerprintFile } from './fingerprintFile.js';
import type { Fingerprints, Kept } from './fingerprints.js';
import { Marker } from './marker.js';

/** One delivery's fingerprint, from its first row to what the provider commits to. */

/** Canaries lie in level by so many. */
const TOGETHER = 256;
/** Bytes of tags that are written together. */
const AT_ONCE = 1024 * 1024;

export class Recorder {
  readonly #fingerprints: Fingerprints;
  readonly #id: string;
  readonly #key = randomBytes(32);
  readonly #columns: readonly string[];
  readonly #marks: readonly Mark[];
  readonly #file: FingerprintFile;
  #fingerprinter: Fingerprinter | undefined;
  #marker: Marker | undefined;
  #kept: Kept | undefined;
  #canaries: Canary[] = [];
  #parts = 0;

  constructor(fingerprints: Fingerprints, columns: readonly string[], marks: readonly Mark[]) {
    this.#fingerprints = fingerprints;
    this.#id = fingerprints.newId();
    this.#file = fingerprints.file(this.#id);
    this.#columns = columns;
    this.#marks = marks;
  }

  /** Those that the rows bear: none where there are no rows to be told apart. */
  get marks(): readonly Mark[] {
    return this.#marker ? this.#marks : [];
  }

  /** Asked for when rows are known to leave: what has none has no fingerprint beside its digest. */
  watch(): Watch {
    const fingerprinter = new Fingerprinter(this.#key, this.#columns);
    this.#fingerprinter = fingerprinter;
    if (this.#marks.length === 0) return { cells: fingerprinter };
    this.#marker = new Marker(fingerprinter, this.#key, this.#columns, this.#marks);
    return { arranger: this.#marker };
  }

  /** The key is kept before the first byte leaves, so that what is cut off can be known again too. */
  async begin({ id: share, asset, provider, consumer }: Share): Promise<void> {
    if (!this.#fingerprinter) return;
    const startedAt = new Date().toISOString();
    this.#kept = {
      ...{ id: this.#id, share, asset, provider, consumer, startedAt },
      ...{ key: this.#key.toString('hex'), columns: this.#columns, marks: this.#marks },
    };
    await this.#fingerprints.keep(this.#kept);
  }

  /** The same bytes; what is known of the rows goes to the disk as they leave. */
  async *follow(payload: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of payload) {
      if ((this.#fingerprinter?.ready ?? 0) >= AT_ONCE) await this.#write();
      yield chunk;
    }
  }

  /** What the provider commits to; undefined where no row was seen. */
  async finish(): Promise<Fingerprint | undefined> {
    if (!this.#fingerprinter || !this.#kept) return undefined;
    const root = this.#fingerprinter.root();
    await this.#write(true);
    await this.#file.finish();
    const fingerprint: Fingerprint = {
      ...{ algorithm: 'aes-cmac-rows-1', root, rows: this.#fingerprinter.rows },
      ...(this.#marker ? { marks: [...this.#marks], canaries: this.#marker.canaries } : {}),
    };
    this.#kept = { ...this.#kept, fingerprint };
    await this.#fingerprints.keep(this.#kept);
    return fingerprint;
  }

  /** To be called whatever came of it. What never began leaves nothing behind. */
  async end(): Promise<void> {
    if (this.#kept) await this.#file.close();
    else await this.#file.discard();
  }

  async #write(last = false): Promise<void> {
    await this.#file.write(this.#fingerprinter?.take() ?? []);
    this.#canaries.push(...(this.#marker?.take() ?? []));
    while (this.#canaries.length >= TOGETHER || (last && this.#canaries.length > 0)) {
      await this.#fingerprints.keepCanaries(this.#id, this.#parts, this.#canaries.splice(0, TOGETHER));
      this.#parts += 1;
    }
  }
}
