import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { contracts } from '@drl/chaincode';
import { openEmbedded } from '@drl/gateway/ledger/embedded';
import { readConsortium } from '@drl/network/consortium';
import { evidenceCases } from './engines';

evidenceCases('evidence of the embedded ledger', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drl-evidence-'));
  const consortium = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
  const ledger = await openEmbedded({ dir, consortium, contracts });
  return {
    ledger,
    consortium,
    trust: ledger.engine.trust(),
    enrol: async (mspId, name, department, roles) => ledger.engine.enroll({ mspId, name, attributes: { department, roles } }),
    revoke: async (mspId, name) => {
      await ledger.engine.revoke(mspId, name);
    },
    close: async () => {
      await ledger.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
