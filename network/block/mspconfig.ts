import { len, malformed, num, Reader } from './wire.js';

/** msp.FabricMSPConfig: what a channel knows of an organisation (fabric-protos msp/msp_config.proto). */
export interface MspConfig {
  readonly name: string;
  readonly rootCerts: readonly Buffer[];
  readonly intermediateCerts: readonly Buffer[];
  readonly admins: readonly Buffer[];
  /** PEM or DER. */
  readonly revocationLists: readonly Buffer[];
  /** Organisational units that a member must carry one of, with the CA that must have certified it. */
  readonly units: readonly OuIdentifier[];
  readonly nodeOus: NodeOus | undefined;
  readonly identityHash: string;
  readonly signatureHash: string;
}
export interface OuIdentifier {
  readonly certificate: Buffer;
  readonly unit: string;
}
/** The unit that marks each kind of node; undefined: that kind is not told apart. */
export type NodeOus = { readonly [kind in NodeKind]: OuIdentifier | undefined } & { readonly enabled: boolean };
export type NodeKind = 'client' | 'peer' | 'admin' | 'orderer';

/** Reads an MSPConfig of type FABRIC, the X.509 kind. Throws MALFORMED, for an Idemix one too. */
export function readMspConfig(bytes: Uint8Array): MspConfig {
  let type = 0;
  let config: Buffer = Buffer.alloc(0);
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) type = r.int32();
    else if (r.tag === len(2)) config = r.bytes();
  }
  if (type !== 0) throw malformed('an MSP that is not of X.509 certificates');
  return readFabricMspConfig(config);
}

function readFabricMspConfig(bytes: Buffer): MspConfig {
  let name = '';
  const lists: Record<number, Buffer[]> = { 2: [], 3: [], 4: [], 5: [] };
  const units: OuIdentifier[] = [];
  let crypto: Buffer | undefined;
  let nodeOus: Buffer | undefined;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) name = r.string();
    else if (r.tag === len(7)) units.push(readOu(r.bytes()));
    else if (r.tag === len(8)) crypto = r.merge(crypto);
    else if (r.tag === len(11)) nodeOus = r.merge(nodeOus);
    else if ((r.tag & 7) === 2) lists[r.tag >>> 3]?.push(r.bytes());
  }
  const [signatureHash, identityHash] = readHashes(crypto);
  const { 2: rootCerts = [], 3: intermediateCerts = [], 4: admins = [], 5: revocationLists = [] } = lists;
  return {
    name,
    rootCerts,
    intermediateCerts,
    admins,
    revocationLists,
    units,
    nodeOus: nodeOus && readNodeOus(nodeOus),
    identityHash,
    signatureHash,
  };
}

function readHashes(bytes: Buffer | undefined): [string, string] {
  let signature = '';
  let identity = '';
  const r = new Reader(bytes ?? Buffer.alloc(0));
  while (r.next()) {
    if (r.tag === len(1)) signature = r.string();
    else if (r.tag === len(2)) identity = r.string();
  }
  return [signature || 'SHA2', identity || 'SHA256'];
}

function readOu(bytes: Buffer): OuIdentifier {
  let certificate: Buffer = Buffer.alloc(0);
  let unit = '';
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) certificate = r.bytes();
    else if (r.tag === len(2)) unit = r.string();
  }
  return { certificate, unit };
}

function readNodeOus(bytes: Buffer): NodeOus {
  let enabled = false;
  const kinds: Record<number, Buffer | undefined> = {};
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) enabled = r.bool();
    else if ((r.tag & 7) === 2) kinds[r.tag >>> 3] = r.merge(kinds[r.tag >>> 3]);
  }
  const at = (field: number): OuIdentifier | undefined => {
    const content = kinds[field];
    return content && readOu(content);
  };
  const [client, peer, admin, orderer] = [at(2), at(3), at(4), at(5)];
  return { enabled: enabled && (client ?? peer ?? admin ?? orderer) !== undefined, client, peer, admin, orderer };
}
