import { Level } from 'level';

/** How far each user has read their department's inbox: the number of a block. What was read stays read; it is no one else's affair and on no ledger. */
export class ReadMarks {
  readonly #db: Level<string, number>;

  private constructor(db: Level<string, number>) {
    this.#db = db;
  }

  static async open(dir: string): Promise<ReadMarks> {
    const db = new Level<string, number>(dir, { keyEncoding: 'utf8', valueEncoding: 'json' });
    await db.open();
    return new ReadMarks(db);
  }

  /** -1: nothing yet. */
  async of(user: string): Promise<number> {
    return (await this.#db.get(user)) ?? -1;
  }

  /** A mark never goes back. */
  async move(user: string, block: number): Promise<number> {
    const through = Math.max(await this.of(user), block);
    await this.#db.put(user, through, { sync: true });
    return through;
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
