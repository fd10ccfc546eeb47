import { RealService } from './service';
import { walk } from './walk';

const service = new RealService();

walk(
  'the embedded ledger',
  async () => {
    await service.start('npm');
    return service;
  },
  () => service.remove(),
);
