import { join } from 'node:path';

/** Certificates carry this name, and everything dials it: an IP address in its place draws DEP0123 from Node's TLS. */
export const HOST = 'localhost';

/** Where everything lies under the network's directory. */
export const paths = {
  state: (dir: string) => join(dir, 'network.json'),
  profile: (dir: string) => join(dir, 'connection-profile.json'),
  ca: (dir: string, mspId: string) => join(dir, 'ca', mspId),
  caCert: (dir: string, mspId: string) => join(dir, 'ca', mspId, 'ca-cert.pem'),
  registrar: (dir: string, mspId: string) => join(dir, 'ca', mspId, 'registrar.json'),
  organisation: (dir: string, mspId: string) => join(dir, 'organisations', mspId),
  organisationMsp: (dir: string, mspId: string) => join(dir, 'organisations', mspId, 'msp'),
  adminMsp: (dir: string, mspId: string) => join(dir, 'organisations', mspId, 'admin', 'msp'),
  adminTls: (dir: string, mspId: string) => join(dir, 'organisations', mspId, 'admin', 'tls'),
  node: (dir: string, name: string) => join(dir, 'nodes', name),
  nodeMsp: (dir: string, name: string) => join(dir, 'nodes', name, 'msp'),
  nodeTls: (dir: string, name: string) => join(dir, 'nodes', name, 'tls'),
  nodeData: (dir: string, name: string) => join(dir, 'nodes', name, 'data'),
  chaincodeTls: (dir: string, peer: string) => join(dir, 'nodes', peer, 'chaincode-tls'),
  chaincodeConnection: (dir: string, peer: string) => join(dir, 'nodes', peer, 'chaincode-connection.json'),
  channel: (dir: string) => join(dir, 'channel'),
  genesis: (dir: string, channel: string) => join(dir, 'channel', `${channel}.block`),
  packages: (dir: string) => join(dir, 'chaincode'),
};

export const chaincodeProcess = (peer: string): string => `chaincode-${peer}`;
