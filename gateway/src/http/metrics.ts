import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus reads at /metrics. Labels are route patterns and codes: never an id, a name or a token. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly conflicts: Counter;
}

export interface Gauges {
  readonly inFlight: () => number;
  readonly ledgerHeight: () => Promise<number>;
  readonly readModelHeight: () => number;
  readonly ignored: () => number;
  readonly invalid: () => number;
  /** Seconds until the first of the gateway's certificates runs out. */
  readonly certificateSeconds: () => number;
}

export function metricsOf(gauges: Gauges): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'drl_writes_in_flight', 'Writes between first endorsement and commit', gauges.inFlight);
  gauge(registry, 'drl_ledger_height', 'Blocks on the ledger', gauges.ledgerHeight);
  gauge(registry, 'drl_readmodel_height', 'Blocks that the read model has read', gauges.readModelHeight);
  gauge(registry, 'drl_readmodel_ignored', 'Writes passed over since this process started', gauges.ignored);
  gauge(registry, 'drl_readmodel_invalid', 'Invalid transactions read since this process started', gauges.invalid);
  gauge(registry, 'drl_certificate_expiry_seconds', 'Until the first of the gateway’s certificates runs out', gauges.certificateSeconds);
  return {
    registry,
    requests: new Histogram({
      name: 'drl_http_request_seconds',
      help: 'Time to answer, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
      registers: [registry],
    }),
    conflicts: new Counter({ name: 'drl_conflicts_total', help: 'Transactions tried again as new ones', registers: [registry] }),
  };
}

function gauge(registry: Registry, name: string, help: string, value: () => number | Promise<number>): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await value());
    },
  });
}
