import { join } from 'node:path';
import { readConsortium } from '@drl/network/consortium';
import { benchChain } from './bench/chain.js';
import { benchDelivery, benchLongDelivery } from './bench/delivery.js';
import { benchEmbedded } from './bench/embedded.js';
import { benchFingerprints } from './bench/fingerprints.js';
import { benchHotGrant } from './bench/hot.js';
import { benchIndicators } from './bench/indicators.js';
import { benchLeaks } from './bench/leaks.js';
import { benchReadModel } from './bench/readmodel.js';
import { residents } from './bench/residents.js';
import { benchTrace } from './bench/trace.js';

/** `npm run bench`: every figure beside the bound measured in the same run. Aims are printed, never asserted: a busy machine is not a defect. */
const consortium = readConsortium(join(__dirname, '..', '..', 'network', 'consortium.yaml'));

const n = (value: number) => Math.round(value).toLocaleString('en');
const x = (value: number) => `${value.toFixed(2)} ×`;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

const parts: Record<string, () => Promise<void>> = {
  async embedded() {
    print('embedded ledger: commits a second, beside the same signatures, verifications and synced writes alone (aim ≥ 0.5 ×)');
    for (const f of await benchEmbedded(consortium, [1, 32, 128]))
      print(
        `  ${String(f.inFlight).padStart(3)} in flight  ${n(f.commitsPerSecond)}/s, p50 ${ms(f.p50)}, p99 ${ms(f.p99)}`,
        `bound ${n(f.boundPerSecond)}/s, p50 ${ms(f.boundP50)}, p99 ${ms(f.boundP99)}: ${x(f.share)}`,
      );
  },
  async chain() {
    print('chain verification: signatures a second, beside the raw rate of all cores (aim ≥ 0.8 ×)');
    const f = await benchChain(consortium);
    print(`  ${n(f.blocks)} blocks, ${n(f.transactions)} transactions, ${n(f.signatures)} signatures`);
    print(`  ${n(f.signaturesPerSecond)}/s (${n(f.transactionsPerSecond)} transactions/s)`, `raw ${n(f.rawPerSecond)}/s: ${x(f.share)}`);
  },
  async readmodel() {
    print('read model: transactions a second, level writes included (aim ≥ 10,000)');
    const f = await benchReadModel();
    print(`  ${n(f.transactions)} transactions, ${mb(f.blockBytes)} of blocks`);
    print(`  follow ${n(f.followPerSecond)}/s, rebuild ${n(f.rebuildPerSecond)}/s, fsck ${n(f.fsckPerSecond)}/s`);
    print(`  ${f.cpuMicroseconds.toFixed(0)} µs of processor time a transaction, ${mb(f.residentBytes)} resident`);
  },
  async trace() {
    print('trace of one asset, the same answer in ledgers of 10⁴ and 10⁵ shares (aim ≤ 1.2 ×)');
    const { small, large, growth } = await benchTrace();
    for (const f of [small, large])
      print(
        `  ${n(f.shares).padStart(7)} shares  p50 ${ms(f.p50)}, p99 ${ms(f.p99)}, ${mb(f.residentBytes)} resident, ${mb(f.storeBytes)} on disk`,
      );
    print(`  growth ${x(growth)}`);
  },
  async hot() {
    print('one hot grant: committed shares a second through the service, and what a limit leaves of the rate without one');
    for (const { inFlight, perSecond } of await benchHotGrant([1, 8, 32, 128])) {
      const { unlimited, ...limited } = perSecond;
      print(
        `  ${String(inFlight).padStart(3)} in flight  ${n(unlimited)}/s`,
        ...Object.entries(limited).map(([limit, rate]) => `${limit} ${n(rate)}/s: ${x(rate / unlimited)}`),
      );
    }
  },
  async indicators() {
    print(
      'indicators of a whole ledger, read through without aggregates, beside reading its shares alone; and how long that held up others',
    );
    for (const f of await benchIndicators())
      print(
        `  ${n(f.shares).padStart(7)} shares  now ${ms(f.presentMs)}, as of the middle ${ms(f.pastMs)}, one department ${ms(f.departmentMs)}`,
        `shares alone ${ms(f.boundMs)}: ${x(f.presentMs / f.boundMs)}`,
        `held ${ms(f.heldMs)}`,
      );
  },
  async fingerprints() {
    print('fingerprints: processor seconds a GiB of rows cut, without and with one, and what is kept of it');
    for (const f of benchFingerprints())
      print(
        `  ${f.what}: ${f.plain.toFixed(1)} s/GiB, with ${f.fingerprinted.toFixed(1)}: + ${n(f.nanosecondsPerCell)} ns a cell`,
        `HMAC-SHA-256 ${n(f.hmacPerCell)} ns a cell`,
        `kept ${(100 * f.kept).toFixed(0)} % of the data`,
      );
  },
  async leaks() {
    const [recipients, leaks] = [50, 20];
    print(
      `leaks: ${recipients} recipients of the same data, ${leaks} leaks of each kind; precision and recall of whom a search names (aim: no wrong name)`,
    );
    for (const [rows, marks] of [
      [10_000, ['order', 'canaries']],
      [1640, ['canaries']],
      [1640, ['order']],
      [1640, []],
    ] as const) {
      print(`  ${n(rows)} rows, marks: ${marks.join(', ') || 'none'}`);
      const setting = { resource: residents(rows), kept: ['code', 'street'], marks, recipients, leaks };
      for (const f of await benchLeaks(setting))
        print(
          `    ${f.scenario.padEnd(52)}`,
          f.guilty ? `precision ${f.precision.toFixed(2)}, recall ${f.recall.toFixed(2)}` : 'nobody to be named         ',
          `wrongly named ${f.wronglyNamed}`,
          `${n(f.msPerSearch)} ms a search`,
        );
    }
  },
  async delivery() {
    print('deliveries: MiB of the source a second, beside a plain relay of the same stream (aim ≥ 0.7 ×), and what they add to memory');
    for (const f of [...(await benchDelivery()), ...(await benchLongDelivery())])
      print(
        `  ${f.what}, ${mb(f.sourceBytes)}: ${n(f.mibPerSecond)} MiB/s`,
        `relay ${n(f.relayPerSecond)} MiB/s: ${x(f.share)}`,
        `processor ${f.cpuPerGib.toFixed(1)} s/GiB, relay ${f.relayCpuPerGib.toFixed(1)}`,
        `+ ${mb(Math.max(0, f.memoryRise))} resident`,
      );
  },
};

function print(...columns: string[]): void {
  console.log(columns.join('   |   '));
}

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.find((name) => !(name in parts));
  if (unknown) throw new Error(`there is no bench ${unknown}: ${Object.keys(parts).join(', ')}`);
  for (const [name, run] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await run();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
