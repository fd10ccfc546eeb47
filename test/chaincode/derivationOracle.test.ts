import fc from 'fast-check';
import { ask, city, social, taxConsumer } from './city';
import { Refused, type TestLedger } from './harness';
import { hold, story, type Teller } from './lineageOracle';

let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

const teller = (ledger: TestLedger): Teller => ({
  publish: async (fields) => {
    const { id } = await ledger.write('asset', 'asset:register', fields, social);
    await ledger.submit('asset:publish', { id }, social);
    return id;
  },
  revise: async (id, changes) => void (await ledger.submit('asset:revise', { id, changes }, social)),
  derive: async (said) => {
    try {
      return (await ledger.write('derivation', 'derivation:record', said, social)).effectivePolicy;
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  },
  request: (asset, element) => ledger.outcome('grant:request', { ...ask(asset), elements: [element] }, taxConsumer),
});

test('over random graphs the ledger says what the oracle says: circles, recorded policies, and what a request meets now', async () => {
  await fc.assert(
    fc.asyncProperty(story, (told) => hold(teller(base.fork()), told)),
    { numRuns: 50 },
  );
}, 120_000);
