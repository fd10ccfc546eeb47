import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ExistingNetwork } from '../config.js';

/** A network that others brought up, as its operator describes it to a client: files, and nothing of ours. */

interface Profile {
  readonly organizations?: Readonly<Record<string, { readonly mspid?: string; readonly peers?: readonly string[] }>>;
  readonly peers?: Readonly<Record<string, unknown>>;
  readonly orderers?: Readonly<Record<string, unknown>>;
}

/** A common connection profile, JSON or YAML. Throws an Error that names the file and what it lacks. */
export function readProfile({ profile: file }: ExistingNetwork): Record<string, unknown> {
  // YAML 1.2 contains JSON.
  const profile = parse(readFileSync(file, 'utf8')) as Profile | null;
  const { organizations = {}, peers = {}, orderers = {} } = profile ?? {};
  const lacking = [
    ...(Object.keys(peers).length > 0 ? [] : ['peers']),
    ...(Object.keys(orderers).length > 0 ? [] : ['orderers']),
    ...Object.keys(peers)
      .filter((peer) => !Object.values(organizations).some((one) => one.mspid && one.peers?.includes(peer)))
      .map((peer) => `organizations: one with an mspid that lists ${peer}`),
  ];
  if (lacking.length > 0) throw new Error(`${file}: missing: ${lacking.join('; ')}`);
  return profile as Record<string, unknown>;
}

const CERTIFICATE = '.pem';

/** MSP id → root certificate: a folder of MSPID.pem, as each organisation handed its own over. A network cannot vouch for itself. */
export function readRoots({ trust }: ExistingNetwork): Map<string, string> {
  const files = readdirSync(trust).filter((name) => name.endsWith(CERTIFICATE));
  if (files.length === 0) throw new Error(`${trust}: no root certificate MSPID.pem of any organisation lies there`);
  return new Map(files.map((name) => [name.slice(0, -CERTIFICATE.length), readFileSync(join(trust, name), 'utf8')]));
}
