import { readFileSync } from 'node:fs';
import { writeFileSafely } from './files.js';
import { tlsCertFile, tlsKeyFile } from './msp.js';
import { chaincodeProcess, HOST, paths } from './paths.js';
import type { ProcessSpec } from './processes.js';
import { bareEnvironment } from './settings.js';
import type { ChaincodeState, PeerState } from './state.js';

/** How a peer reaches its chaincode: TLS both ways, so that a chaincode serves its own organisation's peer and nobody else. */
export function writeConnection(dir: string, peer: PeerState, slot: 0 | 1): void {
  const tls = paths.nodeTls(dir, peer.name);
  const connection = {
    address: `${HOST}:${peer.chaincodePorts[slot]}`,
    dial_timeout: '5s',
    tls_required: true,
    client_auth_required: true,
    root_cert: readFileSync(paths.caCert(dir, peer.mspId), 'utf8'),
    client_key: readFileSync(tlsKeyFile(tls), 'utf8'),
    client_cert: readFileSync(tlsCertFile(tls), 'utf8'),
  };
  writeFileSafely(paths.chaincodeConnection(dir, peer.name), JSON.stringify(connection));
}

export const slotProcess = (peer: string, slot: 0 | 1): string => `${chaincodeProcess(peer)}${slot === 0 ? '' : '-b'}`;

/** fabric-chaincode-node in server mode. One for each peer, so that one peer's tampered or dead chaincode is nobody else's. */
export function chaincodeServer(dir: string, peer: PeerState, chaincode: Pick<ChaincodeState, 'path' | 'packageId' | 'slot'>): ProcessSpec {
  const tls = paths.chaincodeTls(dir, peer.name);
  const flags = {
    'chaincode-address': `127.0.0.1:${peer.chaincodePorts[chaincode.slot]}`,
    'chaincode-id': chaincode.packageId,
    'chaincode-tls-cert-file': tlsCertFile(tls),
    'chaincode-tls-key-file': tlsKeyFile(tls),
    'chaincode-tls-client-cacert-file': paths.caCert(dir, peer.mspId),
    'module-path': chaincode.path,
  };
  return {
    name: slotProcess(peer.name, chaincode.slot),
    command: process.execPath,
    args: [require.resolve('fabric-shim/cli.js'), 'server', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])],
    // Its default is a line for every invocation, which costs more than many an invocation.
    env: { ...bareEnvironment(), CORE_CHAINCODE_LOGGING_LEVEL: 'error', CORE_CHAINCODE_LOGGING_SHIM: 'error', NODE_ENV: 'production' },
    cwd: paths.node(dir, peer.name),
  };
}
