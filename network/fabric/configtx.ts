import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Context } from './context.js';
import { writeFileSafely } from './files.js';
import { tlsCertFile } from './msp.js';
import { HOST, paths } from './paths.js';
import { run } from './run.js';
import type { NetworkState, OrganisationState } from './state.js';

const signature = (rule: string) => ({ Type: 'Signature', Rule: rule });
const implicit = (rule: string) => ({ Type: 'ImplicitMeta', Rule: rule });
const anyOf = (mspId: string, ...roles: string[]): string => `OR(${roles.map((r) => `'${mspId}.${r}'`).join(', ')})`;

const CHANNEL_POLICIES = { Readers: implicit('ANY Readers'), Writers: implicit('ANY Writers'), Admins: implicit('MAJORITY Admins') };

export function organisationEntry(dir: string, { mspId, peers }: OrganisationState): object {
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: paths.organisationMsp(dir, mspId),
    Policies: {
      Readers: signature(anyOf(mspId, 'admin', 'peer', 'client')),
      Writers: signature(anyOf(mspId, 'admin', 'client')),
      Admins: signature(anyOf(mspId, 'admin')),
      Endorsement: signature(anyOf(mspId, 'peer')),
    },
    AnchorPeers: peers.slice(0, 1).map((p) => ({ Host: HOST, Port: p.port })),
  };
}

function ordererEntry(dir: string, { ordering }: NetworkState): object {
  const { mspId, nodes } = ordering;
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: paths.organisationMsp(dir, mspId),
    Policies: {
      Readers: signature(anyOf(mspId, 'member')),
      Writers: signature(anyOf(mspId, 'member')),
      Admins: signature(anyOf(mspId, 'admin')),
    },
    OrdererEndpoints: nodes.map((n) => `${HOST}:${n.port}`),
  };
}

/** Raft's clock: a silent leader is replaced after 1–2 s, and a restarted service has a leader as soon (Fabric's 500 ms ticks: 5–10 s). */
const RAFT = { TickInterval: '100ms', ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: '16 MB' };

export function channelProfile(dir: string, state: NetworkState): object {
  const { maxMessageCount, batchTimeoutMs } = state.consortium.ordering;
  return {
    Profiles: {
      Channel: {
        Policies: CHANNEL_POLICIES,
        Capabilities: { V2_0: true },
        Orderer: {
          OrdererType: 'etcdraft',
          BatchTimeout: `${batchTimeoutMs}ms`,
          BatchSize: { MaxMessageCount: maxMessageCount, AbsoluteMaxBytes: '10 MB', PreferredMaxBytes: '2 MB' },
          EtcdRaft: {
            Consenters: state.ordering.nodes.map((n) => ({
              Host: HOST,
              Port: n.port,
              ClientTLSCert: tlsCertFile(paths.nodeTls(dir, n.name)),
              ServerTLSCert: tlsCertFile(paths.nodeTls(dir, n.name)),
            })),
            Options: RAFT,
          },
          Organizations: [ordererEntry(dir, state)],
          Policies: { ...CHANNEL_POLICIES, BlockValidation: implicit('ANY Writers') },
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: state.organisations.map((o) => organisationEntry(dir, o)),
          Policies: {
            ...CHANNEL_POLICIES,
            LifecycleEndorsement: implicit('MAJORITY Endorsement'),
            Endorsement: implicit('MAJORITY Endorsement'),
          },
          Capabilities: { V2_5: true },
        },
      },
    },
  };
}

/** The genesis block, made once: a second one would be another channel. */
export async function makeGenesis({ dir, state, binaries }: Context): Promise<void> {
  const block = paths.genesis(dir, state.channel);
  if (existsSync(block)) return;
  const folder = paths.channel(dir);
  writeFileSafely(join(folder, 'configtx.yaml'), stringify(channelProfile(dir, state)), 0o644);
  const args = ['-profile', 'Channel', '-channelID', state.channel, '-outputBlock', block, '-configPath', folder];
  await run(binaries.configtxgen, args, { FABRIC_LOGGING_SPEC: 'warning' });
}
