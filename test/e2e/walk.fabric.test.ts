import { fabricAvailable } from '../fabric/availability';
import { type TestNetwork, testNetwork } from '../fabric/network';
import { RealService } from './service';
import { walk } from './walk';

const found = fabricAvailable();

if (!found.ok) describe.skip(`a user’s walk on real Fabric (skipped: ${found.reason})`, () => test('needs Fabric’s programs', () => {}));
else {
  let network: TestNetwork | undefined;
  let service: RealService | undefined;
  walk(
    'real Fabric',
    async () => {
      network = await testNetwork();
      service = new RealService({ LEDGER: 'fabric', NETWORK_DIR: network.dir });
      await service.start('npm');
      return service;
    },
    async () => {
      await service?.remove();
      await network?.end();
    },
  );
}
