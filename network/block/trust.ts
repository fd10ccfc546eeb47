import type { Channel } from './channel.js';
import { EvidenceError } from './errors.js';
import { Members, Msp } from './msp.js';
import type { MspConfig } from './mspconfig.js';
import { pemBlocks } from './x509.js';

/** What a verifier believes beforehand: each organisation's root certificates, PEM, by MSP id. */
export type Trust = ReadonlyMap<string, string>;

/** The trust directory's organisations as members of a channel whose configuration is not known: who issued, and no more. Throws TRUST. */
export function trustedMembers(trust: Trust): Members {
  return new Members([...trust].map(([mspId, pem]) => rootsOnly(mspId, pem)));
}

function rootsOnly(mspId: string, pem: string): Msp {
  const config: MspConfig = {
    name: mspId,
    rootCerts: roots(mspId, pem).map((der) => Buffer.from(toPem(der))),
    intermediateCerts: [],
    admins: [],
    revocationLists: [],
    units: [],
    nodeOus: undefined,
    identityHash: 'SHA256',
    signatureHash: 'SHA2',
  };
  try {
    return new Msp(config, false);
  } catch (error) {
    if (error instanceof EvidenceError) throw new EvidenceError('TRUST', `${mspId}: ${error.detail}`);
    throw error;
  }
}

/** Sees that a configuration's organisations are those trusted: every root that it names is one that was given. Throws UNTRUSTED. */
export function checkAnchored(channel: Channel, trust: Trust): void {
  for (const msp of channel.members.msps.values()) {
    const pem = trust.get(msp.name);
    if (pem === undefined) throw new EvidenceError('UNTRUSTED', `there is no trusted root certificate for ${msp.name}`);
    const trusted = roots(msp.name, pem);
    if (!msp.roots.every((root) => trusted.some((der) => der.equals(root.raw))))
      throw new EvidenceError('UNTRUSTED', `${msp.name} is not under its trusted root certificate`);
  }
}

function roots(mspId: string, pem: string): Buffer[] {
  const found = pemBlocks(pem);
  if (found.length === 0) throw new EvidenceError('TRUST', `${mspId}: no certificate in PEM`);
  return found;
}

function toPem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}
