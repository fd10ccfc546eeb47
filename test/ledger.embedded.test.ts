import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endorserClock } from '@drl/chaincode/clock';
import { type EmbeddedGatewayLedger, openEmbedded } from '@drl/gateway/ledger/embedded';
import { readConsortium } from '@drl/network/consortium';
import { holdersIn } from './embedded/holders.js';
import { contracts } from './fixtures/probe/index.js';
import { type Harness, ledgerSuite } from './ledger.suite.js';

async function open(): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-embedded-'));
  const consortium = readConsortium(resolve(__dirname, '../network/consortium.yaml'));
  let ledger: EmbeddedGatewayLedger = await openEmbedded({ dir, consortium, contracts });
  return {
    consortium,
    ledger: () => ledger,
    enrol: async (identity) => ({ ...(await ledger.enrol(identity)), name: identity.name, mspId: identity.mspId }),
    revoke: async ({ mspId, name }) => {
      await ledger.engine.revoke(mspId, name);
    },
    reopen: async () => {
      await ledger.close();
      ledger = await openEmbedded({ dir, consortium, contracts });
    },
    trust: async () => ledger.engine.trust(),
    skewed: async (ms, work) => {
      const now = endorserClock.now;
      endorserClock.now = () => now() - ms;
      try {
        return await work();
      } finally {
        endorserClock.now = now;
      }
    },
    holders: async (text) => {
      await ledger.close();
      const found = await holdersIn(dir, text);
      ledger = await openEmbedded({ dir, consortium, contracts });
      return found;
    },
    close: async () => {
      await ledger.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

ledgerSuite('the embedded ledger', open);
