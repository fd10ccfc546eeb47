import { resolve } from 'node:path';
import { readConsortium } from '@drl/network/consortium';
import { openEmbeddedLedger } from '@drl/network/embedded/engine';
import type { Step } from '@drl/network/embedded/hooks';
import { contracts } from '../fixtures/probe/index.js';

/**
 * A process that writes until it is killed, and says what it does, a line of JSON each: `sent` before a transaction is submitted,
 * `acknowledged` after. Arguments: directory, name of the run, and where it is to kill itself: a step and how often that is passed.
 */
const [dir = '', run = '', step, times] = process.argv.slice(2);
const IN_FLIGHT = 16;

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

let passed = 0;
function hooks(at: Step): void {
  if (at === step && ++passed === Number(times)) process.kill(process.pid, 'SIGKILL');
}

async function main(): Promise<void> {
  const ledger = await openEmbeddedLedger({
    dir,
    consortium: readConsortium(resolve(__dirname, '../../network/consortium.yaml')),
    contracts,
    hooks,
  });
  const as = ledger.enroll({ mspId: 'PoliceMSP', name: `writer-${run}`, attributes: { department: 'household', roles: 'steward' } });
  say({ opened: ledger.height().toString() });
  let next = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const key = `${run}-${next++}`;
      const args = [JSON.stringify({ input: { key, value: key } })];
      const { transactionId, envelope } = await ledger.endorse({ name: 'probe:create', args }, ['BureauMSP', 'PoliceMSP'], as);
      say({ sent: transactionId, key, envelope: envelope.toString('base64') });
      const { block, code } = await ledger.submit(envelope);
      say({ acknowledged: transactionId, block: block.toString(), code });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
}

main().catch((error: unknown) => {
  say({ failed: String(error) });
  process.exit(1);
});
