import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Role, roles } from '@drl/chaincode/model/caller';
import { departmentId } from '@drl/chaincode/model/records/common';
import type { Consortium } from '@drl/network/consortium';
import type { Command } from 'commander';
import { type Config, readConfig } from '../../config.js';
import { Identities, type ListedIdentity, type NewIdentity } from '../../identities.js';
import type { FsckVerdict } from '../../readmodel/fsck.js';
import { directories } from '../../start/directories.js';
import { walletKey } from '../../wallet.js';
import { CliError } from '../errors.js';
import { progress } from '../progress.js';
import { json, out, say, t, table } from '../terminal.js';

/** What is done where the data directory lies: start, identities, fsck, bench. */

const configOf = (command: Command): Config => {
  const { dataDir } = command.optsWithGlobals<{ dataDir?: string }>();
  const config = readConfig();
  return dataDir ? { ...config, dataDir } : config;
};

/** The service is large, and fabric-shim in it reads the process's own arguments (it would answer --help): loaded only where it is run. */
const service = () => import('../../main.js');

export function localCommands(program: Command, exit: (code: number) => void): void {
  program
    .command('start')
    .description(t({ zh: '启动服务', en: 'start the service' }))
    .option('--port <n>', 'PORT')
    .option('--host <host>', 'HOST')
    .addHelpText('after', '\n  drl start --port 8081')
    .action(async (options: { port?: string; host?: string }, command: Command) => {
      const config = configOf(command);
      const port = options.port === undefined ? config.port : whole(options.port, '--port', 65_535);
      const { main } = await service();
      await main({ ...config, port, host: options.host ?? config.host });
    });
  identityCommands(program, exit);
  program
    .command('fsck')
    .description(
      t({
        zh: '由区块重新推导读模型并逐字节比较（先停止服务）',
        en: 'derive the read model anew from the blocks and compare byte for byte (stop the service first)',
      }),
    )
    .option('--json')
    .addHelpText('after', '\n  drl fsck --data-dir data')
    .action(async (options: { json?: boolean }, command: Command) => {
      const verdict = await check(configOf(command));
      if (options.json) json(verdict);
      else out(verdictText(verdict));
      exit((await import('../../readmodel/fsck.js')).fsckExit[verdict.outcome]);
    });
  program
    .command('bench')
    .description(t({ zh: '本机性能与其上限', en: 'figures of this machine, each beside its bound' }))
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', '\n  drl bench')
    .action((words: string[]) => {
      const script = join(__dirname, '..', '..', '..', '..', 'scripts', 'run.mjs');
      if (!existsSync(script)) throw new CliError('FILE_UNREADABLE', script);
      exit(spawnSync(process.execPath, [script, 'bench', ...words], { stdio: 'inherit' }).status ?? 1);
    });
}

interface AddOptions {
  readonly department: string;
  readonly roles: string;
  readonly msp?: string;
  readonly auditScope?: string;
  readonly oidcSubject?: string;
  readonly json?: boolean;
}

function identityCommands(program: Command, _exit: (code: number) => void): void {
  const identity = program.command('identity').description(t({ zh: '身份：添加、列出、撤销', en: 'identities: add, list, revoke' }));
  identity
    .command('add <name>')
    .description(t({ zh: '签发身份和凭证；凭证只显示这一次', en: 'enrol an identity; its token is shown this once' }))
    .requiredOption('--department <id>')
    .requiredOption('--roles <list>', roles.join(','))
    .option(
      '--msp <id>',
      t({ zh: '组织；默认取联盟文件中该部门所在的组织', en: 'the organisation; by default where the consortium file has the department' }),
    )
    .option('--audit-scope <list>', t({ zh: '审计范围：all 或部门列表', en: 'of an auditor: all, or departments' }))
    .option('--oidc-subject <subject>')
    .option('--json')
    .addHelpText('after', '\n  drl identity add tax-steward-2 --department tax --roles steward')
    .action(async (name: string, options: AddOptions, command: Command) => {
      const config = configOf(command);
      const { consortiumOf, enrolFor } = await service();
      const consortium = consortiumOf(config);
      const wanted = identityOf(name, options, consortium);
      const { token } = await store(config).create(wanted, enrolFor(config, consortium));
      if (options.json) json({ name, department: wanted.department, mspId: wanted.mspId, roles: wanted.roles, token });
      else {
        say(t({ zh: `${name} 已添加。凭证只显示这一次：`, en: `${name} is enrolled. Its token is shown this once:` }));
        out(token);
      }
    });
  importCommand(identity);
  identity
    .command('list')
    .description(t({ zh: '列出身份', en: 'list identities' }))
    .option('--json')
    .addHelpText('after', '\n  drl identity list')
    .action((options: { json?: boolean }, command: Command) => {
      const listed = store(configOf(command)).list();
      if (options.json) json(listed);
      else out(table([[...header()], ...listed.map(row)]));
    });
  identity
    .command('renew [names...]')
    .description(
      t({
        zh: '为身份换发证书；运行中的服务随即使用，凭证不变',
        en: 'new certificates for identities; a running service takes them up, and tokens stay',
      }),
    )
    .option(
      '--within <days>',
      t({ zh: '换发剩余天数不超过此值的全部身份', en: 'all whose certificates have this many days left or fewer' }),
    )
    .option('--json')
    .addHelpText('after', '\n  drl identity renew --within 30\n  drl identity renew tax-steward-2')
    .action(async (names: string[], options: { within?: string; json?: boolean }, command: Command) => {
      const config = configOf(command);
      const identities = store(config);
      const due = dueIdentities(identities.list(), names, options.within);
      const { consortiumOf, enrolFor } = await service();
      const enrol = enrolFor(config, consortiumOf(config));
      for (const name of due) await identities.renew(name, enrol);
      if (options.json) json({ renewed: due });
      else out(due.length === 0 ? t({ zh: '没有需要换发的', en: 'none is due' }) : due.join('\n'));
    });
  identity
    .command('revoke <name>')
    .description(t({ zh: '撤销身份，立即生效', en: 'revoke an identity, at once' }))
    .option('--json')
    .addHelpText('after', '\n  drl identity revoke tax-steward-2')
    .action((name: string, options: { json?: boolean }, command: Command) => {
      const identities = store(configOf(command));
      if (!identities.list().some((one) => one.name === name)) throw new CliError('NOT_FOUND', name);
      identities.revoke(name);
      if (options.json) json({ name, revoked: true });
      else out(t({ zh: `${name} 已撤销`, en: `${name} is revoked` }));
    });
}

interface ImportOptions {
  readonly msp: string;
  readonly cert?: string;
  readonly key?: string;
  readonly mspDir?: string;
  readonly department?: string;
  readonly oidcSubject?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

function importCommand(identity: Command): void {
  identity
    .command('import <name>')
    .description(
      t({
        zh: '导入由所在组织签发的身份；角色和部门以证书为准；凭证只显示这一次',
        en: 'bring in an identity that its organisation issued; roles and department are the certificate’s; its token is shown this once',
      }),
    )
    .requiredOption('--msp <id>', t({ zh: '组织', en: 'the organisation' }))
    .option('--cert <file>', t({ zh: '证书（PEM）', en: 'its certificate, PEM' }))
    .option('--key <file>', t({ zh: '私钥（PEM）', en: 'its private key, PEM' }))
    .option('--msp-dir <dir>', t({ zh: '代替二者：MSP 目录', en: 'in place of both: an MSP folder (signcerts, keystore)' }))
    .option('--department <id>', t({ zh: '证书未写明部门时', en: 'where the certificate names none' }))
    .option('--oidc-subject <subject>')
    .option('--replace', t({ zh: '换用新证书；凭证不变', en: 'a new certificate for one that is here; its token stays' }))
    .option('--json')
    .addHelpText(
      'after',
      '\n  drl identity import household-steward-1 --msp PoliceMSP --cert steward.pem --key steward.key\n  drl identity import reader --msp PoliceMSP --msp-dir users/User1@police/msp',
    )
    .action(async (name: string, options: ImportOptions, command: Command) => {
      const config = configOf(command);
      const { msp: mspId, cert, key, mspDir, department, oidcSubject } = options;
      if ((mspDir === undefined) !== (cert !== undefined && key !== undefined))
        throw new CliError('USAGE', '--cert FILE --key FILE | --msp-dir DIR');
      if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) throw new CliError('USAGE', name);
      const { filesOfMsp, importedIdentity, readCredentials } = await import('../../importIdentity.js');
      const credentials = readCredentials(mspDir === undefined ? { cert: cert as string, key: key as string } : filesOfMsp(mspDir));
      const { consortiumOf } = await service();
      const asked = { name, mspId, ...(department ? { department } : {}), ...(oidcSubject ? { oidcSubject } : {}) };
      const wanted = importedIdentity(asked, credentials.certificate, consortiumOf(config));
      const identities = store(config);
      const done = { name, department: wanted.department, mspId, roles: wanted.roles };
      if (options.replace) {
        await identities.replace(wanted, credentials);
        if (options.json) json(done);
        else out(name);
        return;
      }
      const { token } = await identities.create(wanted, async () => credentials);
      if (options.json) json({ ...done, token });
      else {
        say(t({ zh: `${name} 已导入。凭证只显示这一次：`, en: `${name} is here. Its token is shown this once:` }));
        out(token);
      }
    });
}

const DAY_MS = 86_400_000;

/** Those named, or those that run out within so many days. */
function dueIdentities(listed: readonly ListedIdentity[], names: readonly string[], within: string | undefined): string[] {
  if ((names.length === 0) === (within === undefined)) throw new CliError('USAGE', 'NAME … | --within DAYS');
  const live = listed.filter(({ revokedAt }) => !revokedAt);
  const unknown = names.find((name) => !live.some((one) => one.name === name));
  if (unknown !== undefined) throw new CliError('NOT_FOUND', unknown);
  if (within === undefined) return [...names];
  const limit = Date.now() + whole(within, '--within', 36_500) * DAY_MS;
  return live.filter(({ certificateExpires }) => Date.parse(certificateExpires) <= limit).map(({ name }) => name);
}

function store(config: Config): Identities {
  return new Identities(config.dataDir, config.walletKey ?? walletKey(config.dataDir));
}

function identityOf(name: string, options: AddOptions, consortium: Consortium): NewIdentity {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) throw new CliError('USAGE', name);
  const { department } = options;
  if (!departmentId.safeParse(department).success) throw new CliError('USAGE', `--department ${department}`);
  const held = options.roles.split(',').map((role) => role.trim());
  const unknown = held.find((role) => !(roles as readonly string[]).includes(role));
  if (unknown !== undefined) throw new CliError('USAGE', `--roles ${unknown}: ${roles.join(', ')}`);
  const home =
    consortium.organisations.find((o) => o.departments.some(({ id }) => id === department)) ??
    consortium.organisations.find((o) => o.hosting);
  const mspId = options.msp ?? home?.mspId;
  if (!mspId) throw new CliError('USAGE', `--msp: ${consortium.organisations.map((o) => o.mspId).join(', ')}`);
  const scope = options.auditScope;
  return {
    name,
    mspId,
    department,
    roles: held as Role[],
    ...(scope ? { auditScope: scope === 'all' ? 'all' : scope.split(',') } : {}),
    ...(options.oidcSubject ? { oidcSubject: options.oidcSubject } : {}),
  };
}

const header = () => [
  t({ zh: '名称', en: 'NAME' }),
  t({ zh: '部门', en: 'DEPARTMENT' }),
  t({ zh: '组织', en: 'ORGANISATION' }),
  t({ zh: '角色', en: 'ROLES' }),
  t({ zh: '证书到期', en: 'CERTIFICATE ENDS' }),
  t({ zh: '状态', en: 'STATE' }),
];

function row({ name, department, mspId, roles: held, certificateExpires, revokedAt, custodian }: ListedIdentity): string[] {
  const state = revokedAt ? t({ zh: '已撤销', en: 'revoked' }) : custodian ? `${t({ zh: '代管：', en: 'key held by ' })}${custodian}` : '';
  return [name, department, mspId, held.join(','), certificateExpires.slice(0, 10), state];
}

async function check(config: Config): Promise<FsckVerdict> {
  const { ledger, chaincode } = await (await service()).openBackend(config);
  const { fsck } = await import('../../readmodel/fsck.js');
  const bar = progress('fsck', 1);
  try {
    return await fsck(
      { dir: directories(config.dataDir).readModel, chaincode, blocks: (from, signal) => ledger.blocks(from, signal) },
      ({ phase, done, total }) => {
        if (phase === 'derive') bar.to(done, total ?? done);
      },
    );
  } finally {
    bar.end();
    await ledger.close();
  }
}

function verdictText(v: FsckVerdict): string {
  if (v.outcome === 'equal')
    return t({
      zh: `一致：${v.entries} 个条目，截至区块 ${v.block}（${v.headerHash.slice(0, 16)}…）`,
      en: `Equal: ${v.entries} entries, as of block ${v.block} (${v.headerHash.slice(0, 16)}…)`,
    });
  if (v.outcome === 'differs')
    return t({
      zh: `不一致：${v.entry}（${v.fault}），截至区块 ${v.block}`,
      en: `Differs: ${v.entry} (${v.fault}), as of block ${v.block}`,
    });
  return `${v.code}: ${v.message}`;
}

function whole(text: string, name: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) throw new CliError('USAGE', `${name} ${text}`);
  return value;
}
