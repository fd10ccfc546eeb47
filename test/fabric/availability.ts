import { reportBinaries } from '@drl/network/fabric/binaries';

export type Availability = { ok: true } | { ok: false; reason: string };

let known: Availability | undefined;

/** Whether real Fabric can run here. Asked once in each process: it starts each program to hear its version. */
export function fabricAvailable(): Availability {
  if (!known) {
    const report = reportBinaries();
    known = report.ok ? { ok: true } : { ok: false, reason: report.problems.join('; ') };
  }
  return known;
}

/** The line with which a test run ends, so that a skip is never silent. */
export function fabricLine(): string {
  const found = fabricAvailable();
  return found.ok ? 'real Fabric: ran' : `real Fabric: skipped, ${found.reason}`;
}

/** `describe` where Fabric's programs are found; elsewhere a skipped block whose name says why. */
export function describeFabric(name: string, body: () => void): void {
  const found = fabricAvailable();
  if (found.ok) describe(name, body);
  else describe.skip(`${name} (skipped: ${found.reason})`, body);
}
