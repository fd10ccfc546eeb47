import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enrolUser, type UserRequest } from '@drl/network/fabric/enrol';
import { paths } from '@drl/network/fabric/paths';
import { readNetwork } from '@drl/network/fabric/state';
import { rootCertificates } from '@drl/network/fabric/trust';
import { stringify } from 'yaml';

/** What operators have of a network that they brought up with their own tools: files, and no NETWORK_DIR. */
export interface OperatorFiles {
  /** The environment of a gateway. */
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
}

/** Written anew when an organisation has joined. */
export function operatorFiles(networkDir: string, dir: string): OperatorFiles {
  const state = readNetwork(networkDir);
  mkdirSync(join(dir, 'trust'), { recursive: true });
  for (const [mspId, root] of Object.entries(rootCertificates(networkDir))) writeFileSync(join(dir, 'trust', `${mspId}.pem`), root);
  const { channel, chaincode, ...consortium } = state.consortium;
  // Names that only CHANNEL and CHAINCODE put right.
  writeFileSync(join(dir, 'consortium.yaml'), stringify({ ...consortium, channel: 'another', chaincode: 'another' }));
  copyFileSync(paths.profile(networkDir), join(dir, 'profile.json'));
  return {
    dir,
    env: {
      ...{ LEDGER: 'fabric', CHANNEL: channel, CHAINCODE: chaincode },
      ...{ FABRIC_PROFILE: join(dir, 'profile.json'), FABRIC_TRUST: join(dir, 'trust'), CONSORTIUM: join(dir, 'consortium.yaml') },
      // Nothing of the network's own directory may be of use.
      NETWORK_DIR: join(dir, 'there-is-none'),
    },
  };
}

/** Enrolled by the organisation's CA and laid out as cryptogen and fabric-ca-client do. */
export async function mspFolder(networkDir: string, mspId: string, user: UserRequest, dir: string): Promise<string> {
  const { certificate, privateKey } = await enrolUser({ dir: networkDir }, mspId, user);
  const msp = join(dir, 'users', `${user.name}@${mspId}`, 'msp');
  for (const folder of ['signcerts', 'keystore']) mkdirSync(join(msp, folder), { recursive: true });
  writeFileSync(join(msp, 'signcerts', `${user.name}@${mspId}-cert.pem`), certificate);
  writeFileSync(join(msp, 'keystore', 'priv_sk'), privateKey, { mode: 0o600 });
  return msp;
}

/** The same by openssl alone, with the organisation's CA key: certificate and key in files, the attributes as any CA can put them. */
export function byOpenssl(
  networkDir: string,
  mspId: string,
  name: string,
  attrs: Record<string, string>,
  dir: string,
): { cert: string; key: string } {
  const folder = join(dir, 'openssl', name);
  mkdirSync(folder, { recursive: true });
  const file = (suffix: string) => join(folder, `${name}.${suffix}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const attributes = Buffer.from(JSON.stringify({ attrs })).toString('hex');
  writeFileSync(file('ext'), `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n1.2.3.4.5.6.7.8.1=DER:${attributes}\n`);
  const caKeys = join(paths.ca(networkDir, mspId), 'msp', 'keystore');
  const caKey = readdirSync(caKeys)
    .map((one) => join(caKeys, one))
    .find((one) => publicKeyOf(one) === publicKeyOfCertificate(paths.caCert(networkDir, mspId)));
  if (!caKey) throw new Error(`no key of the CA of ${mspId}`);
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key'));
  openssl('req', '-new', '-key', file('key'), '-subj', `/OU=client/CN=${name}`, '-out', file('csr'));
  const ca = [
    '-CA',
    paths.caCert(networkDir, mspId),
    '-CAkey',
    caKey,
    '-set_serial',
    `0x${Buffer.from(name).toString('hex').slice(0, 30)}`,
  ];
  openssl('x509', '-req', '-in', file('csr'), ...ca, '-days', '30', '-sha256', '-extfile', file('ext'), '-text', '-out', file('pem'));
  return { cert: file('pem'), key: file('key') };

  function publicKeyOf(key: string): string {
    try {
      return openssl('pkey', '-in', key, '-pubout').toString();
    } catch {
      return '';
    }
  }
  function publicKeyOfCertificate(cert: string): string {
    return openssl('x509', '-in', cert, '-noout', '-pubkey').toString();
  }
}
