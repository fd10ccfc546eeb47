/** A closed loop: so many in flight, each beginning the next as soon as it has its answer. */
export interface Load {
  readonly inFlight: number;
  readonly ms: number;
}

export interface Measured {
  /** Milliseconds of each that was done. */
  readonly times: readonly number[];
  readonly failures: number;
  readonly failure?: string;
  /** From the first to the last answer. */
  readonly tookMs: number;
}

/** Failures end nothing, but wait a little: a loop that fails at once would measure how fast it can. */
const AFTER_FAILURE_MS = 50;

export async function run(once: () => Promise<void>, { inFlight, ms }: Load): Promise<Measured> {
  const times: number[] = [];
  const failures: string[] = [];
  const start = performance.now();
  const end = start + ms;
  const lane = async () => {
    do {
      const from = performance.now();
      try {
        await once();
        times.push(performance.now() - from);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
      }
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const tookMs = performance.now() - start;
  return { times, failures: failures.length, ...(failures[0] ? { failure: failures[0] } : {}), tookMs };
}

export function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
