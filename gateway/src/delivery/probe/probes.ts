import type { Asset, Distribution } from '@drl/chaincode/model/records/asset';
import type { Logger } from 'pino';
import type { ReadModel } from '../../readmodel/readmodel.js';
import type { Observations, Reachability } from './observations.js';
import { Turns } from './turns.js';

/**
 * Whether attached resources can be fetched: looked at soon after they are attached and then again and again, by the gateway that would fetch them for a
 * delivery. What it finds is one gateway's observation and no department's word, so it is not on the ledger; nothing is refused because of it.
 */
export interface ProbeParts {
  readonly readModel: Pick<ReadModel, 'list'>;
  readonly observations: Observations;
  /** Opens the resource as a delivery would, and closes it; rejects with why it cannot. */
  readonly attempt: (asset: Asset, distribution: Distribution, signal: AbortSignal) => Promise<void>;
  /** Whether this gateway would deliver for that department. */
  readonly provides: (department: string) => boolean;
  /** Between two looks at one resource; 0: none are made. */
  readonly hours: number;
  readonly log: Pick<Logger, 'error' | 'debug'>;
}

const HOUR_MS = 3_600_000;
const PAGE = 200;
/** A resource that answers later is as good as none to a citizen at a counter. */
const PATIENCE_MS = 15_000;
const AT_ONCE = 4;
/** How much of the time between two looks is left to chance, so that a catalogue imported at once is not asked for at once for ever. */
const JITTER = 0.2;

export class Probes {
  readonly #parts: ProbeParts;
  readonly #stop = new AbortController();
  readonly #turns: Turns;
  #timer: NodeJS.Timeout | undefined;
  #sweep: Promise<void> = Promise.resolve();

  constructor(parts: ProbeParts) {
    this.#parts = parts;
    this.#turns = new Turns(AT_ONCE, this.#stop.signal);
  }

  /** What was last seen of each resource of an asset, by its name; nothing of one that was never looked at where it is now. */
  standing(asset: Pick<Asset, 'id' | 'distributions'>): ReadonlyMap<string, Reachability> {
    const { observations } = this.#parts;
    return new Map(
      asset.distributions.flatMap((one) => {
        const seen = observations.of(asset.id, one);
        return seen === undefined ? [] : [[one.name, seen] as const];
      }),
    );
  }

  start(): void {
    if (this.#parts.hours === 0) return;
    const every = Math.min(this.#parts.hours * HOUR_MS, HOUR_MS) / 4;
    const sweep = () => {
      this.#sweep = this.#sweep
        .then(() => this.#all())
        .catch((error: unknown) => this.#parts.log.error({ err: error }, 'probing resources'));
    };
    this.#timer = setInterval(sweep, every).unref();
    sweep();
  }

  /** Just written: what is attached anew is looked at as soon as there is a turn. */
  soon(asset: Asset): void {
    if (this.#parts.hours === 0 || !this.#mine(asset)) return;
    for (const one of asset.distributions) if (this.#parts.observations.of(asset.id, one) === undefined) this.#look(asset, one);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#sweep;
    await this.#turns.idle();
    await this.#parts.observations.close();
  }

  #mine({ publisher, status }: Asset): boolean {
    return status !== 'retired' && this.#parts.provides(publisher);
  }

  async #all(): Promise<void> {
    for (let cursor: string | undefined; !this.#stop.signal.aborted; ) {
      const page = await this.#parts.readModel.list('asset', { attached: true }, { limit: PAGE, ...(cursor ? { cursor } : {}) });
      const due = page.items.filter((asset) => this.#mine(asset)).flatMap((asset) => asset.distributions.map((one) => ({ asset, one })));
      for (const { asset, one } of due) if (this.#due(asset, one)) this.#look(asset, one);
      await this.#turns.idle();
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }

  #due(asset: Asset, one: Distribution): boolean {
    const seen = this.#parts.observations.of(asset.id, one);
    if (seen === undefined) return true;
    const interval = this.#parts.hours * HOUR_MS * (1 - JITTER * Math.random());
    return Date.now() - Date.parse(seen.checkedAt) >= interval;
  }

  #look(asset: Asset, one: Distribution): void {
    this.#turns.take(`${asset.id} ${one.name}`, () =>
      this.#attempt(asset, one).catch((error: unknown) => this.#parts.log.error({ err: error }, 'probing a resource')),
    );
  }

  async #attempt(asset: Asset, one: Distribution): Promise<void> {
    const { attempt, observations, log } = this.#parts;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const fault = await attempt(asset, one, signal).then(
      () => undefined,
      (error: unknown) => reasonOf(error, signal),
    );
    // What was broken off because the service stops says nothing of the resource.
    if (this.#stop.signal.aborted) return;
    const changed = await observations.saw(asset.id, one, new Date().toISOString(), fault);
    if (changed) log.debug({ asset: asset.id, distribution: one.name, reachable: fault === undefined }, 'a resource was looked at');
  }
}

/** The code, and what is known to hold no address or secret (errors of the gateway's own). */
function reasonOf(error: unknown, { aborted }: AbortSignal): string {
  if (aborted) return 'RESOURCE_UNREACHABLE: no answer in time';
  const { name, code, detail } = error as { name?: string; code?: string; detail?: { given?: string } };
  if (name !== 'ServiceError' || code === undefined) return 'RESOURCE_UNREACHABLE';
  return detail?.given === undefined ? code : `${code}: ${detail.given}`;
}
