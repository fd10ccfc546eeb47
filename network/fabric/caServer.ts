import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readJson, writeFileSafely } from './files.js';
import { HOST, paths } from './paths.js';
import type { ProcessSpec } from './processes.js';
import { bareEnvironment } from './settings.js';
import type { CaState } from './state.js';

/** Who may register others. Its secret stays in the CA's home (0600), as does the CA's own key. */
export interface Registrar {
  name: string;
  secret: string;
}

const HOURS_OF_A_YEAR = 8760;

function serverConfig(ca: CaState, registrar: Registrar): object {
  return {
    address: '127.0.0.1',
    port: ca.port,
    tls: { enabled: true },
    ca: { name: ca.name },
    // Nobody asks it over the network, and the default port would be the same for every CA here.
    operations: { listenAddress: '127.0.0.1:0' },
    metrics: { provider: 'disabled' },
    crl: { expiry: `${HOURS_OF_A_YEAR}h` },
    registry: {
      maxenrollments: -1,
      identities: [
        {
          name: registrar.name,
          pass: registrar.secret,
          type: 'client',
          affiliation: '',
          attrs: { 'hf.Registrar.Roles': '*', 'hf.Registrar.Attributes': '*', 'hf.Revoker': true, 'hf.GenCRL': true },
        },
      ],
    },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    signing: {
      default: { usage: ['digital signature'], expiry: `${HOURS_OF_A_YEAR}h` },
      profiles: {
        tls: { usage: ['signing', 'key encipherment', 'server auth', 'client auth', 'key agreement'], expiry: `${HOURS_OF_A_YEAR}h` },
      },
    },
    csr: {
      cn: ca.name,
      keyrequest: { algo: 'ecdsa', size: 256 },
      names: [{ O: ca.mspId }],
      hosts: [HOST],
      ca: { expiry: `${15 * HOURS_OF_A_YEAR}h`, pathlength: 0 },
    },
    // Idemix is not used; the default pool of 1000 handles is drawn at every start.
    idemix: { rhpoolsize: 1 },
  };
}

/** Writes a CA's home on its first start. A CA that is there keeps its key, its register and its registrar. */
export function prepareCa(dir: string, ca: CaState): void {
  const file = paths.registrar(dir, ca.mspId);
  if (existsSync(file)) return;
  const registrar: Registrar = { name: 'registrar', secret: randomBytes(24).toString('hex') };
  writeFileSafely(join(paths.ca(dir, ca.mspId), 'fabric-ca-server-config.yaml'), stringify(serverConfig(ca, registrar)));
  writeFileSafely(file, JSON.stringify(registrar));
}

export const registrarOf = (dir: string, mspId: string): Registrar => readJson<Registrar>(paths.registrar(dir, mspId));

export function caProcess(dir: string, ca: CaState, binary: string): ProcessSpec {
  const home = paths.ca(dir, ca.mspId);
  return { name: ca.name, command: binary, args: ['start', '--home', home, '--loglevel', 'warning'], env: bareEnvironment(), cwd: home };
}
