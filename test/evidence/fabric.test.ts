import { createPrivateKey } from 'node:crypto';
import { openFabric } from '@drl/gateway/ledger/fabric';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { enrolUser, revokeUser, type UserRequest } from '@drl/network/fabric/enrol';
import { rootCertificates } from '@drl/network/fabric/trust';
import { describeFabric } from '../fabric/availability';
import { consortium, testNetwork } from '../fabric/network';
import { evidenceCases } from './engines';

const MSPS = ['BureauMSP', 'PoliceMSP', 'SocialMSP', 'AuditMSP'];

describeFabric('on real Fabric', () => {
  evidenceCases('evidence of a channel', async () => {
    const described = consortium(...MSPS);
    const network = await testNetwork({ consortium: described });
    const enrol = async (mspId: string, name: string, department: string, roles: string): Promise<Identity> => {
      const user = await enrolUser(network, mspId, { name, department, roles: roles.split(',') as UserRequest['roles'] });
      return { name, mspId, certificate: user.certificate, privateKey: createPrivateKey(user.privateKey) };
    };
    const reader = await enrol('BureauMSP', 'evidence-reader', 'data-bureau', 'manager');
    const ledger = await openFabric({
      profile: { ...network.profile },
      channel: described.channel,
      chaincode: described.chaincode,
      reader,
    });
    return {
      ledger,
      consortium: described,
      trust: new Map(Object.entries(rootCertificates(network.dir))),
      enrol,
      revoke: (mspId, name) => revokeUser(network, mspId, name),
      close: async () => {
        await ledger.close();
        await network.end();
      },
    };
  });
});
