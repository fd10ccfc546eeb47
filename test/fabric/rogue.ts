import { slotProcess } from '@drl/network/fabric/chaincodeService';
import { openContext } from '@drl/network/fabric/context';
import { awaitChaincode, endorsingPeers } from '@drl/network/fabric/lifecycle';
import { runChaincode } from '@drl/network/fabric/nodes';
import { stopProcess } from '@drl/network/fabric/processes';
import type { ChaincodeState } from '@drl/network/fabric/state';

/**
 * Puts other code under one peer, as an organisation that cheats would: the package id stays the approved one, since a peer cannot see
 * what its chaincode service runs. Give the approved folder to put things right again.
 */
export async function replaceChaincode(dir: string, peerName: string, path: string): Promise<void> {
  const context = await openContext(dir);
  const peer = endorsingPeers(context.state).find((p) => p.name === peerName);
  const chaincode = context.state.chaincode as ChaincodeState;
  if (!peer) throw new Error(`${peerName} runs no chaincode`);
  await stopProcess(dir, slotProcess(peer.name, chaincode.slot));
  await runChaincode(context, peer, { ...chaincode, path });
  await awaitChaincode(context, chaincode.name);
}
