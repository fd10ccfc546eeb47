import { applicationPolicyBytes, parsePolicy } from '../block/policy.js';
import { LIFECYCLE } from '../block/state.js';
import type { Consortium } from '../consortium.js';
import { type Chain, writeGenesis } from './chain.js';
import { genesisBlock } from './channelconfig.js';
import { collect, type Invocation, type Signer, signedProposal, transactionEnvelope } from './client.js';
import { stateKey } from './layout.js';
import type { LedgerStore } from './ledgerstore.js';
import { APPROVE, COMMIT, definitionArgs, sequenceKey } from './lifecycle.js';
import type { Node } from './nodes.js';
import { chaincodePolicyText, type Organisations } from './organisations.js';
import type { Peer } from './peer.js';
import { keepTransient } from './privatedata.js';

/** A new ledger's first blocks: the channel's configuration, each organisation's approval of the chaincode, and its definition. */
export const CHAINCODE_VERSION = '1.0';

export async function beginLedger(store: LedgerStore, consortium: Consortium, organisations: Organisations, at: Date): Promise<void> {
  if (store.tip.height === 0n) await writeGenesis(store, genesisBlock(consortium, organisations, at));
}

/** Again where a kill came between: what an organisation has approved it approves once more, and what is committed stays. */
export async function defineChaincode(
  store: LedgerStore,
  chain: Chain,
  consortium: Consortium,
  organisations: Organisations,
  peers: ReadonlyMap<string, Peer>,
  at: Date,
): Promise<void> {
  if (store.committed(stateKey(LIFECYCLE, sequenceKey(consortium.chaincode)))) return;
  const definition = {
    name: consortium.chaincode,
    version: CHAINCODE_VERSION,
    sequence: 1,
    policy: applicationPolicyBytes(parsePolicy(chaincodePolicyText(consortium))),
  };
  const packageId = `${definition.name}_${definition.version}:embedded`;
  const transaction = async (name: string, args: Buffer, endorsers: readonly Peer[], as: Signer) => {
    const invocation: Invocation = { chaincode: LIFECYCLE, name, args: [args] };
    const { proposal, bytes } = await signedProposal(consortium.channel, invocation, as, at);
    const view = store.view();
    try {
      const endorsed = await collect(bytes, endorsers, view);
      await keepTransient(store, proposal.txId, endorsed[0].privateSets);
      return await chain.examine(await transactionEnvelope(proposal, endorsed, as));
    } finally {
      view.close();
    }
  };
  const approvals = await Promise.all(
    [...peers.values()].map((peer) =>
      transaction(APPROVE, definitionArgs(definition, packageId), [peer], organisations.admins.get(peer.mspId) as Signer),
    ),
  );
  await must(chain, approvals);
  const [first] = [...organisations.admins.values()] as [Node, ...Node[]];
  await must(chain, [await transaction(COMMIT, definitionArgs(definition), [...peers.values()], first)]);
}

async function must(chain: Chain, transactions: Parameters<Chain['append']>[0]): Promise<void> {
  const refused = (await chain.append(transactions)).find((o) => o.code !== 0);
  if (refused) throw new Error(`the chaincode's definition was not taken: code ${refused.code} in block ${refused.block}`);
}
