import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { readConsortium, readOrganisation } from '../consortium.js';
import { addOrganisation } from './addOrganisation.js';
import { ownFile } from './context.js';
import { networkDown } from './down.js';
import { enrolUser, revokeUser, type UserRequest } from './enrol.js';
import { NetworkError } from './errors.js';
import { writeFileSafely } from './files.js';
import { packageChaincode } from './package.js';
import { renewCertificates } from './renew.js';
import { fabricSettings } from './settings.js';
import { readNetwork } from './state.js';
import { networkStatus } from './status.js';
import { statusText } from './statusText.js';
import { networkUp } from './up.js';
import { upgradeChaincode } from './upgrade.js';

export type Print = (line: string) => void;

export const USAGE = `drl network COMMAND [--dir DIR]

  up [--consortium FILE] [--chaincode FOLDER] [--base-port N]   bring up what is not running
  status [--json]                                               what lives, on which port, at which height; certificates
  down [--purge [--yes]]                                        end every process; --purge also removes keys and ledgers
  add-org FILE                                                  admit an organisation, written as in a consortium file
  upgrade [--chaincode FOLDER]                                  approve and commit the chaincode as it is on disk
  renew [--within DAYS | --all]                                 new certificates for what runs out (30 days)
  enrol MSPID NAME --department ID --roles steward,consumer [--audit-scope all] [--custodian ID] --out FOLDER
  revoke MSPID NAME                                             at the CA, and in the channel's revocation list
  package [--chaincode FOLDER] --out FILE                       the installable chaincode package

  DIR is ./network-data, or NETWORK_DIR. Programs are looked for in FABRIC_BIN, then PATH.

  drl network up && drl network status`;

const OPTIONS = {
  dir: { type: 'string' },
  consortium: { type: 'string' },
  chaincode: { type: 'string' },
  'base-port': { type: 'string' },
  json: { type: 'boolean' },
  purge: { type: 'boolean' },
  yes: { type: 'boolean' },
  within: { type: 'string' },
  all: { type: 'boolean' },
  department: { type: 'string' },
  roles: { type: 'string' },
  'audit-scope': { type: 'string' },
  custodian: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

interface Call {
  dir: string;
  values: Values;
  operands: string[];
  print: Print;
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (e) {
    throw new NetworkError('BAD_ARGUMENT', (e as Error).message);
  }
}

const wanted = (value: string | undefined, name: string): string => {
  if (value === undefined || value === '') throw new NetworkError('BAD_ARGUMENT', `${name} is missing`);
  return value;
};

function wholeNumber(text: string, name: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new NetworkError('BAD_ARGUMENT', `${name}: a whole number from ${least} to ${most}`);
  return value;
}

async function up({ dir, values, print }: Call): Promise<void> {
  const consortium = readConsortium(values.consortium ?? ownFile('..', 'consortium.yaml'));
  const started = performance.now();
  const basePort = values['base-port'];
  const network = await networkUp({
    ...{ consortium, dir, progress: print },
    ...(values.chaincode ? { chaincode: { path: resolve(values.chaincode) } } : {}),
    ...(basePort ? { basePort: wholeNumber(basePort, '--base-port', 1024, 65_000) } : {}),
  });
  for (const warning of network.warnings) print(`warning: ${warning}`);
  const peers = network.state.organisations.flatMap((o) => o.peers).length;
  print(
    `ready in ${((performance.now() - started) / 1000).toFixed(1)} s: channel ${network.state.channel}, ${network.state.organisations.length} organisations, ${peers} peers`,
  );
  print('next: LEDGER=fabric npm start');
}

async function down({ dir, values, print }: Call): Promise<void> {
  if (values.purge && !values.yes && !(await confirmed(`Remove every key and ledger under ${dir}? [y/N] `))) {
    throw new NetworkError('BAD_ARGUMENT', 'nothing was removed; --purge asks on a terminal, or takes --yes');
  }
  const report = await networkDown(dir, { purge: values.purge === true });
  print(`${report.stopped.length} processes ended; ${report.purged ? 'keys and ledgers removed' : 'keys and ledgers kept'}`);
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

async function status({ dir, values, print }: Call): Promise<void> {
  const found = await networkStatus(dir);
  print(values.json ? JSON.stringify(found, null, 2) : statusText(found));
}

async function addOrg({ dir, operands, print }: Call): Promise<void> {
  const organisation = readOrganisation(wanted(operands[0], 'FILE'));
  const state = await addOrganisation({ dir, organisation, progress: print });
  print(`${organisation.mspId} takes part; definition ${state.chaincode?.sequence}: ${state.chaincode?.policy}`);
  print('add the same entry to the consortium file, so that the next start knows it');
}

async function upgrade({ dir, values, print }: Call): Promise<void> {
  const before = readNetwork(dir).chaincode;
  const now = await upgradeChaincode({ dir, progress: print, ...(values.chaincode ? { path: resolve(values.chaincode) } : {}) });
  print(
    before?.sequence === now.sequence
      ? `nothing to do: ${now.packageId} is what is approved`
      : `${now.name} ${now.version}, definition ${now.sequence}: ${now.packageId}`,
  );
}

async function renew({ dir, values, print }: Call): Promise<void> {
  const withinDays = values.all ? Number.POSITIVE_INFINITY : wholeNumber(values.within ?? '30', '--within', 0, 36_500);
  const renewed = await renewCertificates({ dir, withinDays, progress: print });
  print(`${renewed.length} certificates renewed`);
}

async function enrol({ dir, values, operands, print }: Call): Promise<void> {
  const [mspId, name] = [wanted(operands[0], 'MSPID'), wanted(operands[1], 'NAME')];
  const out = wanted(values.out, '--out');
  const scope = values['audit-scope'];
  const user = await enrolUser({ dir }, mspId, {
    name,
    department: wanted(values.department, '--department'),
    roles: wanted(values.roles, '--roles').split(',') as UserRequest['roles'],
    ...(scope ? { auditScope: scope === 'all' ? 'all' : scope.split(',') } : {}),
    ...(values.custodian ? { custodian: values.custodian } : {}),
  });
  writeFileSafely(join(out, `${name}.pem`), user.certificate, 0o644);
  writeFileSafely(join(out, `${name}.key`), user.privateKey);
  print(`${join(out, name)}.pem and .key`);
}

async function revoke({ dir, operands, print }: Call): Promise<void> {
  const [mspId, name] = [wanted(operands[0], 'MSPID'), wanted(operands[1], 'NAME')];
  await revokeUser({ dir }, mspId, name);
  print(`${name} of ${mspId} is revoked, and the channel's peers know it`);
}

async function pack({ values, print }: Call): Promise<void> {
  const written = packageChaincode(wanted(values.out, '--out'), values.chaincode ? { path: resolve(values.chaincode) } : {});
  print(`${written.file}\n${written.packageId}`);
}

const COMMANDS: Record<string, (call: Call) => Promise<void>> = {
  ...{ up, down, status, upgrade, renew, enrol, revoke, package: pack },
  'add-org': addOrg,
};

/** `drl network …`: answers the exit code. 0 done, 1 refused or failed (with its code), 2 not understood. */
export async function networkCommand(args: string[], print: Print): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [name, ...operands] = positionals;
    const command = name === undefined ? undefined : COMMANDS[name];
    if (values.help || !command) {
      print(USAGE);
      return values.help ? 0 : 2;
    }
    await command({ dir: values.dir ? resolve(values.dir) : fabricSettings().dir, values, operands, print });
    return 0;
  } catch (e) {
    if (e instanceof NetworkError) {
      print(e.message);
      print(e.zh);
      return e.code === 'BAD_ARGUMENT' ? 2 : 1;
    }
    // A consortium or organisation file that cannot be read names itself and the field at fault.
    print(e instanceof Error ? e.message : String(e));
    return 1;
  }
}
