import { Command, CommanderError } from 'commander';
import { ImportError } from '../import/errors.js';
import type { Connection } from './client.js';
import { askCommand } from './commands/ask.js';
import { canariesCommand } from './commands/canaries.js';
import { chainCommands } from './commands/chain.js';
import { complaintCommands } from './commands/complaints.js';
import { deliverCommand } from './commands/deliver.js';
import { demandCommands } from './commands/demand.js';
import { departmentCommands } from './commands/department.js';
import { dictionaryCommands } from './commands/dictionary.js';
import { evidenceCommand } from './commands/evidence.js';
import { importCommand, importErrorLine } from './commands/import.js';
import { inboxCommands } from './commands/inbox.js';
import { indicatorsCommand } from './commands/indicators.js';
import { leakCommands } from './commands/leak.js';
import { lineageCommand } from './commands/lineage.js';
import { localCommands } from './commands/local.js';
import { networkCommands } from './commands/network.js';
import { personCommand } from './commands/person.js';
import { planCommands } from './commands/plan.js';
import { selfCheckCommand } from './commands/selfCheck.js';
import { termsCommand } from './commands/terms.js';
import { traceCommand } from './commands/trace.js';
import { verifyCommand } from './commands/verify.js';
import { CliError, cliCodes } from './errors.js';
import { out, say, t } from './terminal.js';

/** The `drl` command: answers the exit code. 0 done, or proven; 1 refused, failed, or not proven; 2 not understood, or unreadable. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = build((exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(args as string[], { from: 'user' });
    return code;
  } catch (error) {
    return failed(error);
  }
}

/** Commands that ask a service, and those that work on the data directory itself. */
const asks = [
  'import',
  'dictionary import',
  'dictionary findings',
  'inbox',
  'person',
  'webhook add',
  'webhook list',
  'webhook test',
  'webhook resume',
  'webhook remove',
  'trace',
  'lineage',
  'deliver',
  'leak find',
  'canaries',
  'department rename',
  'department succeed',
  'ask',
  ...['check', 'file', 'list', 'show', 'match', 'reject', 'withdraw', 'join'].map((verb) => `demand ${verb}`),
  'feedback',
  'rate',
  'disputes',
  'dispute',
  'evidence',
  'terms',
  'indicators',
  'plan show',
  'plan put',
  'self-check',
  'chain export',
];
const local = ['start', 'fsck', 'identity add', 'identity import', 'identity list', 'identity renew', 'identity revoke'];

function build(exit: (code: number) => void): Command {
  const program = new Command('drl')
    .description(t({ zh: '数据权利账本', en: 'Data Rights Ledger' }))
    .option('--url <url>', t({ zh: '服务地址（DRL_URL）', en: 'address of the service (DRL_URL)' }))
    .option('--token <token>', t({ zh: '凭证（DRL_TOKEN）', en: 'credential (DRL_TOKEN)' }))
    .option(
      '--as <name>',
      t({ zh: '以演示用户的身份，如 auditor、household-steward', en: 'as a demonstration user, e.g. auditor, household-steward' }),
    )
    .option('--data-dir <dir>', t({ zh: '数据目录（DATA_DIR）', en: 'the data directory (DATA_DIR)' }))
    .enablePositionalOptions()
    .showHelpAfterError(t({ zh: '（drl --help 有用法和示例）', en: '(drl --help shows how, with examples)' }))
    .configureOutput({
      writeOut: (text) => out(text.trimEnd()),
      writeErr: (text) => say(text.trimEnd()),
      outputError: (text, write) => write(`USAGE: ${t(cliCodes.USAGE)}: ${text.replace(/^error: /, '')}`),
    })
    .addHelpText('after', '\n  drl start\n  drl trace HJ-001 --as auditor');
  localCommands(program, exit);
  importCommand(program, connectionOf, exit);
  dictionaryCommands(program, connectionOf, exit);
  inboxCommands(program, connectionOf);
  traceCommand(program, connectionOf);
  lineageCommand(program, connectionOf);
  deliverCommand(program, connectionOf);
  canariesCommand(program, connectionOf);
  leakCommands(program, connectionOf, exit);
  askCommand(program, connectionOf);
  complaintCommands(program, connectionOf);
  departmentCommands(program, connectionOf, exit);
  demandCommands(program, connectionOf);
  evidenceCommand(program, connectionOf);
  personCommand(program, connectionOf);
  indicatorsCommand(program, connectionOf);
  planCommands(program, connectionOf);
  selfCheckCommand(program, connectionOf);
  termsCommand(program, connectionOf);
  verifyCommand(program, exit);
  chainCommands(program, connectionOf, exit);
  networkCommands(program, exit);
  for (const command of everyCommand(program)) {
    command.exitOverride();
    // The connection's options may follow the command as well as go before it.
    const name = [command.parent === program ? '' : command.parent?.name(), command.name()].filter(Boolean).join(' ');
    for (const { flags, description, long } of program.options)
      if ((asks.includes(name) || (local.includes(name) && long === '--data-dir')) && long) command.option(flags, description);
  }
  return program;
}

function* everyCommand(command: Command): Generator<Command> {
  yield command;
  for (const inner of command.commands) yield* everyCommand(inner);
}

function connectionOf(command: Command): Connection {
  return command.optsWithGlobals<Connection>();
}

function failed(error: unknown): number {
  // Help and version are no failures; what commander did not understand it has said by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliError) {
    say(error.message);
    return error.exit;
  }
  if (error instanceof ImportError) {
    say(importErrorLine(error));
    return 2;
  }
  say(error instanceof Error ? error.message : String(error));
  return 1;
}
