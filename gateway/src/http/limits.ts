import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { ServiceError } from '../errors.js';

const WINDOW_MS = 1000;

/** So many requests a second for each caller, whichever of their tokens they use. */
export function requestLimit(limit: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_request, response) => (response as Response).locals.who.user.identity.name,
    handler: (_request: Request, _response: Response, next: NextFunction) =>
      next(new ServiceError('RATE_LIMITED', { accepted: `${limit}/s` })),
  });
}

/**
 * A lower limit for what is refused. Counted when the answer is known, not when the question comes: a limiter that gives successes back afterwards
 * would refuse those who do nothing wrong but much at once.
 */
export class Penalties {
  readonly #store = new MemoryStore();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#store.init({ windowMs: WINDOW_MS } as Parameters<MemoryStore['init']>[0]);
  }

  async check(who: string): Promise<void> {
    const known = await this.#store.get(who);
    if (known && known.totalHits >= this.#limit) throw new ServiceError('RATE_LIMITED', { accepted: `${this.#limit} refusals/s` });
  }

  async count(who: string): Promise<void> {
    await this.#store.increment(who);
  }

  close(): void {
    this.#store.shutdown();
  }
}

export function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}
