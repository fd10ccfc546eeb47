import { createPrivateKey } from 'node:crypto';
import { resolve } from 'node:path';
import { openFabric } from '@drl/gateway/ledger/fabric';
import type { Identity, Ledger } from '@drl/gateway/ledger/ledger';
import { enrolUser, revokeUser } from '@drl/network/fabric/enrol';
import { rootCertificates } from '@drl/network/fabric/trust';
import { describeFabric } from './fabric/availability.js';
import { holdersIn } from './fabric/holders.js';
import { testNetwork } from './fabric/network.js';
import { type Harness, ledgerSuite } from './ledger.suite.js';

const PROBE = { path: resolve(__dirname, 'fixtures', 'probe') };

async function open(): Promise<Harness> {
  const network = await testNetwork({ chaincode: PROBE });
  const { dir, profile, state } = network;
  const { consortium } = state;
  let skew = 0;
  const enrol: Harness['enrol'] = async ({ mspId, name, roles, department, auditScope, custodian }): Promise<Identity> => {
    const user = await enrolUser({ dir }, mspId, {
      name,
      roles: [...roles],
      department,
      ...(auditScope === undefined ? {} : { auditScope: auditScope === 'all' ? 'all' : [...auditScope] }),
      ...(custodian === undefined ? {} : { custodian }),
    });
    return { name, mspId, certificate: user.certificate, privateKey: createPrivateKey(user.privateKey) };
  };
  const reader = await enrol({ mspId: 'AuditMSP', name: 'suite-reader', roles: ['auditor'], department: 'audit-office' });
  const openLedger = () =>
    openFabric({
      profile: { ...profile },
      channel: consortium.channel,
      chaincode: consortium.chaincode,
      reader,
      now: () => Date.now() + skew,
    });
  let ledger: Ledger = await openLedger();
  return {
    consortium,
    ledger: () => ledger,
    enrol,
    revoke: ({ mspId, name }) => revokeUser({ dir }, mspId, name),
    reopen: async () => {
      await ledger.close();
      ledger = await openLedger();
    },
    trust: async () => new Map(Object.entries(rootCertificates(dir))),
    skewed: async (ms, work) => {
      skew = ms;
      try {
        return await work();
      } finally {
        skew = 0;
      }
    },
    holders: async (text) => holdersIn(dir, text),
    close: async () => {
      await ledger.close();
      await network.end();
    },
  };
}

describeFabric('on real Fabric', () => {
  ledgerSuite('the Fabric ledger', open);
});
