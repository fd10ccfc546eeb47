import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { openContext } from '@drl/network/fabric/context';
import { type EnrolledUser, enrolUser, type UserRequest } from '@drl/network/fabric/enrol';
import { writeSigningMsp } from '@drl/network/fabric/msp';
import { paths } from '@drl/network/fabric/paths';
import { ordererFlags, peerCli, peerFlags } from '@drl/network/fabric/peerCli';
import { organisationOf, type PeerState, readNetwork } from '@drl/network/fabric/state';

/** Transactions by Fabric's own command line, as an enrolled user: what the network takes and refuses, without any client of ours. */

export interface CliUser extends EnrolledUser {
  msp: string;
}

export async function cliUser(dir: string, mspId: string, user: UserRequest): Promise<CliUser> {
  const enrolled = await enrolUser({ dir }, mspId, user);
  const msp = join(dir, 'test-users', enrolled.name);
  writeSigningMsp(msp, paths.caCert(dir, mspId), createPrivateKey(enrolled.privateKey), enrolled.certificate);
  return { ...enrolled, msp };
}

const peersOf = (dir: string, mspIds: string[]): PeerState[] => {
  const state = readNetwork(dir);
  return mspIds.map((mspId) => organisationOf(state, mspId).peers[0] as PeerState);
};

/** Resolves once committed as valid; rejects with the peer's words, validation code included. */
export async function put(dir: string, user: CliUser, key: string, value: string, endorsers: string[]): Promise<void> {
  const context = await openContext(dir);
  const { state } = context;
  const call = JSON.stringify({ Args: ['putget:put', JSON.stringify({ key, value })] });
  const [own] = peersOf(dir, [user.mspId]);
  const args = [
    'chaincode',
    'invoke',
    '-C',
    state.channel,
    '-n',
    state.consortium.chaincode,
    '-c',
    call,
    '--waitForEvent',
    '--waitForEventTimeout',
    '20s',
  ];
  await peerCli(context, own as PeerState, [...args, ...ordererFlags(dir, state), ...peerFlags(dir, peersOf(dir, endorsers))], user);
}

export async function get(dir: string, user: CliUser, key: string): Promise<string> {
  const context = await openContext(dir);
  const call = JSON.stringify({ Args: ['putget:get', JSON.stringify({ key })] });
  const [own] = peersOf(dir, [user.mspId]);
  const args = ['chaincode', 'query', '-C', context.state.channel, '-n', context.state.consortium.chaincode, '-c', call];
  return (await peerCli(context, own as PeerState, args, user)).toString().trim();
}
