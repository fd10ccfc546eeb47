import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { gzipStored, tar } from './archive.js';
import { NetworkError } from './errors.js';
import { readJson, writeFileSafely } from './files.js';

/** Chaincode as it lies on disk: a folder whose package.json names the file that exports `contracts`. */
export interface ChaincodeSource {
  path: string;
  version: string;
  /** The folder with the compiled code: what the package id binds. */
  code: string;
}

export interface ChaincodePackage {
  label: string;
  /** `label:sha256 of the package`, as the peer will compute it: known before anything is installed, so that the service can start first. */
  packageId: string;
  bytes: Buffer;
}

export function ownChaincode(): string {
  try {
    return resolve(dirname(require.resolve('@drl/chaincode')), '..');
  } catch {
    throw new NetworkError('CHAINCODE_ABSENT', '@drl/chaincode; `npm run build` builds it');
  }
}

export function readChaincode(path: string): ChaincodeSource {
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) throw new NetworkError('CHAINCODE_ABSENT', manifest);
  const { main = 'index.js', version = '0.0.0' } = readJson<{ main?: string; version?: string }>(manifest);
  const entry = resolve(path, main);
  if (!existsSync(entry)) throw new NetworkError('CHAINCODE_ABSENT', `${entry}; \`npm run build\` builds it`);
  return { path: resolve(path), version, code: dirname(entry) };
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    if (name === 'node_modules') return [];
    return statSync(file).isDirectory() ? filesUnder(file) : name.endsWith('.js') ? [file] : [];
  });
}

/** One digest over every compiled file and its name, in the order of the names' bytes. */
export function codeDigest(folder: string): string {
  const hash = createHash('sha256');
  const files = filesUnder(folder).map((file) => [relative(folder, file).replaceAll('\\', '/'), file] as const);
  for (const [name, file] of files.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${createHash('sha256').update(readFileSync(file)).digest('hex')}\n`);
  }
  return hash.digest('hex');
}

/**
 * Where the chaincode runs differs from peer to peer, so the package holds a template: Fabric's own ccaas builder fills it from
 * CHAINCODE_AS_A_SERVICE_BUILDER_CONFIG, ours takes the file that DRL_CHAINCODE_CONNECTION names.
 */
const CONNECTION_TEMPLATE = {
  address: '{{.address}}',
  dial_timeout: '5s',
  tls_required: true,
  client_auth_required: true,
  root_cert: '{{.root_cert}}',
  client_key: '{{.client_key}}',
  client_cert: '{{.client_cert}}',
};

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** A service's package holds no code; the digest binds the package id that organisations approve to the code that they run. */
export function packChaincode(name: string, source: ChaincodeSource, label = `${name}_${source.version}`): ChaincodePackage {
  const code = gzipStored(
    tar([
      ['connection.json', json(CONNECTION_TEMPLATE)],
      ['code.json', json({ name, version: source.version, sha256: codeDigest(source.code) })],
    ]),
  );
  const bytes = gzipStored(
    tar([
      ['metadata.json', json({ path: '', type: 'ccaas', label })],
      ['code.tar.gz', code],
    ]),
  );
  return { label, packageId: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

/** Writes the installable package (`npm run chaincode:package`), for networks that others operate. */
export function packageChaincode(
  out: string,
  options: { name?: string; path?: string } = {},
): { file: string; label: string; packageId: string } {
  const packed = packChaincode(options.name ?? 'drl', readChaincode(options.path ?? ownChaincode()));
  writeFileSafely(resolve(out), packed.bytes, 0o644);
  return { file: resolve(out), label: packed.label, packageId: packed.packageId };
}
