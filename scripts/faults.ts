import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConsortium } from '@drl/network/consortium';
import { networkDown } from '@drl/network/fabric/down';
import { networkUp } from '@drl/network/fabric/up';
import { type Figures, ms, runFaults } from './faults/run.js';

/** `npm run faults`: a network of its own, a gateway under load, and one thing after another broken. Exits with 1 if any promise was not kept. */

const USAGE = 'npm run faults -- [--writers 9] [--hold 4] [--rounds 1] [--base-port 19000]';

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      writers: { type: 'string', default: '9' },
      hold: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '1' },
      'base-port': { type: 'string', default: '19000' },
    },
  });
  const [writers, hold, rounds, basePort] = [values.writers, values.hold, values.rounds, values['base-port']].map(Number) as number[];
  if (![writers, hold, rounds, basePort].every((n) => n !== undefined && Number.isFinite(n) && n > 0)) throw new Error(USAGE);
  const workDir = mkdtempSync(join(tmpdir(), 'drl-faults-'));
  const networkDir = join(workDir, 'network');
  const consortium = readConsortium(join(__dirname, '..', '..', 'network', 'consortium.yaml'));
  let kept = false;
  try {
    console.log(`bringing a network up in ${networkDir} …`);
    await networkUp({ consortium, dir: networkDir, basePort: basePort as number });
    const say = (line: string) => console.log(`  ${line}`);
    const options = { writers: writers as number, holdMs: (hold as number) * 1000, rounds: rounds as number };
    const figures = await runFaults({ networkDir, workDir, ...options, say });
    print(figures);
    kept = isKept(figures);
    return kept;
  } finally {
    await networkDown(networkDir, { purge: true }).catch(() => undefined);
    if (kept) rmSync(workDir, { recursive: true, force: true });
    else console.log(`the gateway’s data and log are in ${workDir}`);
  }
}

function isKept({ lost, doubled, misreported, brokenPromises, unexpected, gatewayDeaths }: Figures): boolean {
  return lost.length + doubled.length + misreported.length + brokenPromises.length + Object.keys(unexpected).length + gatewayDeaths === 0;
}

function print(f: Figures): void {
  const line = (what: string, value: string | number) => console.log(`${what.padEnd(48)} ${value}`);
  line('writes tried', `${f.tried} in ${Math.round(f.seconds)} s`);
  line('acknowledged', f.acknowledged);
  line('not acknowledged, or promised (202)', `${f.unacknowledged}: status says there ${f.saidThere}, not there ${f.saidAbsent}`);
  line('lost', f.lost.length);
  line('doubled', f.doubled.length);
  line('whose status said something else than the ledger', f.misreported.length);
  line('promised (202) and come to nothing', f.brokenPromises.length);
  line('answers amiss', JSON.stringify(f.answers));
  line('answers that no fault explains', JSON.stringify(f.unexpected));
  line('longest stall (no write acknowledged)', ms(f.longestStallMs));
  line('longest wait of one write', ms(f.longestWaitMs));
  line('gateway ended by itself', `${f.gatewayDeaths} times`);
}

main().then(
  (kept) => {
    process.exitCode = kept ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
