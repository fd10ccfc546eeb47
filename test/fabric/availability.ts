import { reportBinaries } from '@drl/network/fabric/binaries';

type Availability = { ok: true } | { ok: false; reason: string };

let known: Availability | undefined;

/** Whether real Fabric can run here. Asked once in each process: it starts each program to hear its version. */
export function fabricAvailable(): Availability {
  if (!known) {
    const report = reportBinaries();
    known = report.ok ? { ok: true } : { ok: false, reason: report.problems.join('; ') };
  }
  return known;
}

/** `describe` where Fabric's programs are found; elsewhere a skipped block whose name says why. */
export function describeFabric(name: string, body: () => void): void {
  const found = fabricAvailable();
  if (found.ok) describe(name, body);
  else describe.skip(`${name} (skipped: ${found.reason})`, body);
}
