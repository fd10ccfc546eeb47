import { blockCases } from './ledger/blocks.js';
import { demandCases } from './ledger/demands.js';
import { derivationCases } from './ledger/derivations.js';
import { dictionaryCases } from './ledger/dictionary.js';
import { disputeCases } from './ledger/disputes.js';
import { endorsementCases } from './ledger/endorsement.js';
import { limitCases } from './ledger/limits.js';
import { planCases } from './ledger/plans.js';
import { privateCases } from './ledger/privateData.js';
import { rangeCases } from './ledger/ranges.js';
import { ruleCases } from './ledger/rules.js';
import { stateCases } from './ledger/state.js';
import { submissionCases } from './ledger/submission.js';
import { successionCases } from './ledger/succession.js';
import { termsCases } from './ledger/terms.js';
import { ticketCases } from './ledger/tickets.js';
import { type Harness, World } from './ledger/world.js';

export type { Harness } from './ledger/world.js';

/**
 * What a ledger must do, said once: an engine is right when it passes. It knows the port and what `Harness` adds to it, and no engine.
 * `open` gives a new, empty ledger that runs the contracts of test/fixtures/probe (the real ones, and the probe beside them).
 */
export function ledgerSuite(name: string, open: () => Promise<Harness>): void {
  describe(name, () => {
    let world: World | undefined;
    const current = (): World => world as World;

    beforeAll(async () => {
      world = await World.begin(await open());
    }, 120_000);

    afterAll(async () => {
      await world?.harness.close();
    }, 60_000);

    describe('state', () => stateCases(current));
    describe('range queries', () => rangeCases(current));
    describe('endorsement', () => endorsementCases(current));
    describe('submission', () => submissionCases(current));
    describe('private data', () => privateCases(current));
    describe('rules on the chain', () => ruleCases(current));
    describe('the dictionary', () => dictionaryCases(current));
    describe('demands', () => demandCases(current));
    describe('plans', () => planCases(current));
    describe('feedback, ratings, disputes', () => disputeCases(current));
    describe('tickets', () => ticketCases(current));
    describe('departments change', () => successionCases(current));
    describe('limits', () => limitCases(current));
    describe('derivations', () => derivationCases(current));
    describe('confidential terms', () => termsCases(current));
    // Last: it verifies all that the cases before have left in the blocks.
    describe('blocks', () => blockCases(current));
  });
}
