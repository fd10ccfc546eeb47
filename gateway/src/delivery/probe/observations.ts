import type { Distribution } from '@drl/chaincode/model/records/asset';
import { Level } from 'level';

/** What was seen of each resource when it was last looked at; kept across restarts. */
export interface Reachability {
  readonly reachable: boolean;
  /** How long it has been so, as far as was looked. */
  readonly since: string;
  readonly checkedAt: string;
  /** Why it is not: a code, and what is safe to say. */
  readonly reason?: string;
}

interface Observed extends Reachability {
  /** Where it was then: another address is another resource. */
  readonly accessURL: string;
}

export class Observations {
  readonly #db: Level<string, string>;
  readonly #seen = new Map<string, Observed>();

  private constructor(db: Level<string, string>) {
    this.#db = db;
  }

  static async open(dir: string): Promise<Observations> {
    const db = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await db.open();
    const observations = new Observations(db);
    for await (const [key, text] of db.iterator()) observations.#seen.set(key, JSON.parse(text) as Observed);
    return observations;
  }

  of(asset: string, { name, accessURL }: Distribution): Reachability | undefined {
    const seen = this.#seen.get(keyOf(asset, name));
    if (seen?.accessURL !== accessURL) return undefined;
    const { accessURL: _, ...reachability } = seen;
    return reachability;
  }

  /** `fault` undefined: it is reachable. Answers whether that is news. */
  async saw(asset: string, distribution: Distribution, at: string, fault?: string): Promise<boolean> {
    const before = this.of(asset, distribution);
    const reachable = fault === undefined;
    const news = before?.reachable !== reachable;
    const now: Observed = {
      reachable,
      since: news || before === undefined ? at : before.since,
      checkedAt: at,
      ...(reachable ? {} : { reason: fault }),
      accessURL: distribution.accessURL,
    };
    const key = keyOf(asset, distribution.name);
    this.#seen.set(key, now);
    await this.#db.put(key, JSON.stringify(now));
    return news;
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

/** An asset's id holds no blank. */
const keyOf = (asset: string, name: string) => `${asset} ${name}`;
