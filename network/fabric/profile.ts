import { readFileSync } from 'node:fs';
import { writeFileSafely } from './files.js';
import { paths } from './paths.js';
import type { NetworkState } from './state.js';

interface Tls {
  tlsCACerts: { pem: string };
}

/** A common connection profile (version 1.0), as fabric-network reads it. */
export interface ConnectionProfile {
  name: string;
  version: '1.0';
  channels: Record<
    string,
    {
      orderers: string[];
      peers: Record<string, { endorsingPeer: boolean; chaincodeQuery: boolean; ledgerQuery: boolean; eventSource: boolean }>;
    }
  >;
  organizations: Record<string, { mspid: string; peers: string[]; certificateAuthorities: string[] }>;
  orderers: Record<string, Tls & { mspid: string; url: string; grpcOptions: Record<string, string | number> }>;
  peers: Record<string, Tls & { url: string; grpcOptions: Record<string, string | number> }>;
  certificateAuthorities: Record<string, { url: string; caName: string; httpOptions: { verify: true }; tlsCACerts: { pem: string[] } }>;
}

/** Blocks outgrow grpc's default of 4 MB. */
const GRPC = { 'grpc.max_receive_message_length': 100 * 1024 * 1024, 'grpc.max_send_message_length': 100 * 1024 * 1024 };

export function connectionProfile(dir: string, state: NetworkState): ConnectionProfile {
  const { host, channel, ordering, organisations } = state;
  const root = (mspId: string): string => readFileSync(paths.caCert(dir, mspId), 'utf8');
  const node = (n: { mspId: string; port: number }) => ({
    url: `grpcs://${host}:${n.port}`,
    tlsCACerts: { pem: root(n.mspId) },
    grpcOptions: { ...GRPC, 'ssl-target-name-override': host },
  });
  const peers = organisations.flatMap((o) => o.peers.map((p) => ({ ...p, endorses: o.endorses })));
  const cas = [ordering.ca, ...organisations.map((o) => o.ca)];
  return {
    name: channel,
    version: '1.0',
    channels: {
      [channel]: {
        orderers: ordering.nodes.map((n) => n.name),
        peers: Object.fromEntries(
          peers.map((p) => [p.name, { endorsingPeer: p.endorses, chaincodeQuery: p.endorses, ledgerQuery: true, eventSource: true }]),
        ),
      },
    },
    organizations: Object.fromEntries(
      organisations.map((o) => [o.mspId, { mspid: o.mspId, peers: o.peers.map((p) => p.name), certificateAuthorities: [o.ca.name] }]),
    ),
    orderers: Object.fromEntries(ordering.nodes.map((n) => [n.name, { mspid: n.mspId, ...node(n) }])),
    peers: Object.fromEntries(peers.map((p) => [p.name, node(p)])),
    certificateAuthorities: Object.fromEntries(
      cas.map((ca) => [
        ca.name,
        {
          url: `https://${host}:${ca.port}`,
          caName: ca.name,
          httpOptions: { verify: true as const },
          tlsCACerts: { pem: [root(ca.mspId)] },
        },
      ]),
    ),
  };
}

export function writeProfile(dir: string, state: NetworkState): ConnectionProfile {
  const profile = connectionProfile(dir, state);
  writeFileSafely(paths.profile(dir), `${JSON.stringify(profile, null, 2)}\n`, 0o644);
  return profile;
}
