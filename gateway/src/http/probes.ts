import { Router } from 'express';
import type { Metrics } from './metrics.js';
import { RETRY_AFTER } from './problem.js';

/** Whether to send requests here, and why not. */
export interface ReadyState {
  readonly ready: boolean;
  readonly reason?: string;
  readonly ledgerHeight?: number;
  readonly readModelHeight: number;
  readonly lag?: number;
}
export type Readiness = () => Promise<ReadyState>;

/** For the operator's machines: no credential, no data. */
export function probes(readiness: Readiness, { registry }: Metrics): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    const state = await readiness();
    if (!state.ready) response.status(503).set('Retry-After', String(RETRY_AFTER));
    response.json(state);
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
