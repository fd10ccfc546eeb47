import { type FileHandle, open, rm } from 'node:fs/promises';

/** The tags of one delivery, as they are written: not before the first of them, and on disk before anybody commits to them. */
export class FingerprintFile {
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async write(tags: readonly Buffer[]): Promise<void> {
    if (tags.length === 0) return;
    this.#file ??= await open(this.#path, 'wx', 0o600);
    await this.#file.writev([...tags]);
  }

  async finish(): Promise<void> {
    this.#file ??= await open(this.#path, 'wx', 0o600);
    await this.#file.datasync();
    await this.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
