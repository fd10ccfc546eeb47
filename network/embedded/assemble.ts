import { readBlock, readEnvelope } from '../block/read.js';
import type { Consortium } from '../consortium.js';
import { beginLedger, CHAINCODE_VERSION, defineChaincode } from './begin.js';
import { Chain } from './chain.js';
import { revocationPending, revocationUpdate } from './channelconfig.js';
import { Clock } from './clock.js';
import { Definitions } from './definitions.js';
import { EngineError } from './errors.js';
import { Follow } from './follow.js';
import { History } from './history.js';
import { metaKey } from './layout.js';
import { LedgerStore } from './ledgerstore.js';
import type { EmbeddedOptions } from './options.js';
import { Orderer } from './orderer.js';
import { type Organisations, openOrganisations } from './organisations.js';
import { Peer } from './peer.js';
import { chaincodeOf } from './shim.js';

/** What an open ledger is made of. */
export interface Parts {
  readonly store: LedgerStore;
  readonly organisations: Organisations;
  readonly clock: Clock;
  readonly chain: Chain;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly orderer: Orderer;
  readonly follow: Follow;
}

const CLOCK = metaKey('clock');
const CHECK_MS = 1500;

/** Opens what is in the directory, or makes it, and finishes what a kill may have left half done. */
export async function assemble(options: EmbeddedOptions): Promise<Parts> {
  const { dir, consortium, hooks } = options;
  const store = await LedgerStore.open(dir, options.checkMs ?? CHECK_MS);
  try {
    const clock = await clockOf(store, options.simulateFrom);
    const now = (): Date => new Date(clock.now());
    const organisations = openOrganisations(dir, consortium, now);
    await beginLedger(store, consortium, organisations, now());
    const chain = await Chain.open(store, organisations.orderer, clock.now, hooks);
    mustBeOf(chain, consortium);
    const peers = peersOf(options, store, organisations, chain, clock);
    await defineChaincode(store, chain, consortium, organisations, peers, now());
    for (const { mspId } of consortium.organisations) {
      if (revocationPending(chain.channel, mspId, organisations))
        await chain.appendConfig(revocationUpdate(chain.channel, mspId, organisations, now()));
    }
    const follow = new Follow(store);
    const orderer = new Orderer(chain, store, consortium.ordering.maxMessageCount, hooks, follow.advanced);
    return { store, organisations, clock, chain, peers, orderer, follow };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Declared with the first write, kept until it is ended; a ledger that has begun on the real clock stays on it. */
async function clockOf(store: LedgerStore, simulateFrom: Date | undefined): Promise<Clock> {
  if (store.tip.height === 0n && simulateFrom) await store.level.put(CLOCK, Buffer.from(simulateFrom.toISOString()), { sync: true });
  const declared = await store.level.get(CLOCK);
  if (declared === undefined) return new Clock(undefined);
  const last = store.tip.height === 0n ? undefined : await store.block(store.tip.height - 1n);
  const times = last ? readBlock(last).envelopes.map((e) => readEnvelope(e).timestamp.getTime()) : [];
  return new Clock(new Date(Math.max(Date.parse(declared.toString()), ...times)));
}

export async function endSimulation({ store, clock }: Pick<Parts, 'store' | 'clock'>): Promise<void> {
  await store.level.del(CLOCK, { sync: true });
  clock.end();
}

function mustBeOf(chain: Chain, consortium: Consortium): void {
  const { id, organisations } = chain.channel;
  if (id !== consortium.channel) throw new EngineError('FOREIGN', `it is channel ${id}, and the consortium names ${consortium.channel}`);
  const missing = consortium.organisations.find((o) => !organisations.has(o.mspId));
  if (missing) throw new EngineError('FOREIGN', `${missing.mspId} is not an organisation of the channel that it holds`);
}

function peersOf(
  options: EmbeddedOptions,
  store: LedgerStore,
  organisations: Organisations,
  chain: Chain,
  clock: Clock,
): Map<string, Peer> {
  const history = new History(store);
  const { chaincode } = options.consortium;
  const view = {
    get channel() {
      return chain.channel;
    },
    now: clock.now,
    definitions: new Definitions(),
    modification: history.modification,
  };
  return new Map(
    [...organisations.peers.values()].map((node) => {
      // Each organisation runs the chaincode for itself.
      const own = new Map([[chaincode, chaincodeOf(chaincode, CHAINCODE_VERSION, options.contracts)]]);
      return [node.mspId, new Peer(node.mspId, node.certificate, node.privateKey, own, view)];
    }),
  );
}
