import type { Client } from '@grpc/grpc-js';
import { Gateway, type X509Identity } from 'fabric-network';
import { type Identity, LedgerError } from '../ledger.js';
import { type Endpoint, endpointOf } from './endpoint.js';

export interface Connections {
  readonly peers: readonly Endpoint[];
  readonly orderers: readonly Endpoint[];
  close(): void;
}

interface Profile {
  readonly peers?: Readonly<Record<string, unknown>>;
  readonly orderers?: Readonly<Record<string, { readonly mspid?: string }>>;
  readonly organizations?: Readonly<Record<string, { readonly mspid: string; readonly peers?: readonly string[] }>>;
}

/**
 * Opens what a common connection profile names: one connection to each peer and orderer, kept for the life of the process and shared by
 * all identities, since who speaks is in the signature of each message and not in the connection. No discovery, no event strategy:
 * our own rules name the endorsers, and commits are learnt from blocks.
 */
export async function connect(profile: Record<string, unknown>, channel: string, reader: Identity): Promise<Connections> {
  const gateway = new Gateway();
  const identity: X509Identity = {
    type: 'X.509',
    mspId: reader.mspId,
    credentials: { certificate: reader.certificate, privateKey: reader.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
  };
  await gateway.connect(profile, {
    identity,
    discovery: { enabled: false },
    eventHandlerOptions: { strategy: null },
    'connection-options': {
      'grpc-wait-for-ready-timeout': 2000,
      // Blocks may weigh more than grpc's 4 MB.
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // A peer that comes back is found again within a second.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1000,
    },
  });
  const { client } = (await gateway.getNetwork(channel)).getChannel();
  const { peers = {}, orderers = {}, organizations = {} } = profile as Profile;
  const mspOf = (peer: string) => Object.values(organizations).find((organisation) => organisation.peers?.includes(peer))?.mspid ?? '';
  return {
    peers: Object.keys(peers).map((name) => endpoint(name, mspOf(name), client.getEndorser(name))),
    orderers: Object.keys(orderers).map((name) => endpoint(name, orderers[name]?.mspid ?? '', client.getCommitter(name))),
    close: () => gateway.disconnect(),
  };
}

/** fabric-common keeps the grpc client of an endpoint under `service`, also where the first connection failed: grpc connects when it can. */
function endpoint(name: string, mspId: string, service: unknown): Endpoint {
  const { service: client } = service as { service?: Client };
  if (client === undefined) throw new LedgerError('UNAVAILABLE', { peer: name, reason: 'the connection profile gives no usable address' });
  return endpointOf(name, mspId, client);
}
