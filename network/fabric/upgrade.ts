import { chaincodeServer, slotProcess } from './chaincodeService.js';
import { openContext } from './context.js';
import { NetworkError } from './errors.js';
import { awaitChaincode, committedSequence, defineChaincode, endorsingPeers, installChaincode, writePackage } from './lifecycle.js';
import { withLock } from './lock.js';
import { runChaincode } from './nodes.js';
import { packChaincode, readChaincode } from './package.js';
import { chaincodePolicy } from './policy.js';
import { stopProcess } from './processes.js';
import { type ChaincodeState, type PeerState, writeNetwork } from './state.js';

export interface UpgradeOptions {
  dir: string;
  /** Another folder than the one that runs now. */
  path?: string;
  progress?: (line: string) => void;
}

/**
 * Approves and commits the chaincode as it lies on disk. The new one starts beside the old one, on each peer's other chaincode port, and the
 * old one ends only when the new definition is in force: no transaction finds nobody to run it.
 */
export async function upgradeChaincode({ dir, path, progress }: UpgradeOptions): Promise<ChaincodeState> {
  return await withLock(dir, async () => {
    const context = await openContext(dir, progress);
    const { state } = context;
    const now = state.chaincode;
    if (!now || !state.steps.includes('defined')) throw new NetworkError('NETWORK_DOWN', 'no chaincode is committed yet');
    const source = readChaincode(path ?? now.path);
    const packed = packChaincode(now.name, source);
    const policy = chaincodePolicy(state.organisations);
    if (packed.packageId === now.packageId && policy === now.policy) return now;

    const peers = endorsingPeers(state);
    const sequence = (await committedSequence(context, peers[0] as PeerState, now.name)) + 1;
    const { label, packageId } = packed;
    const slot = now.slot === 0 ? 1 : 0;
    const next: ChaincodeState = { ...now, path: source.path, version: source.version, sequence, label, packageId, policy, slot };
    await Promise.all(
      peers.map(async (peer) => {
        // Left by an attempt that was cut short, it may run older code.
        await stopProcess(dir, chaincodeServer(dir, peer, next).name);
        await runChaincode(context, peer, next);
      }),
    );
    const file = writePackage(dir, packed);
    await Promise.all(peers.map((p) => installChaincode(context, p, file)));
    await defineChaincode(context, next);
    state.chaincode = next;
    writeNetwork(dir, state);
    await awaitChaincode(context, next.name);
    await Promise.all(peers.map((p) => stopProcess(dir, slotProcess(p.name, now.slot))));
    return next;
  });
}
