import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { SuccessionEvent } from '../../usecases/succession.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { events } from '../events.js';
import { json, out, plain, say, t } from '../terminal.js';

interface Words {
  readonly basisZh?: string;
  readonly basisEn?: string;
  readonly json?: boolean;
}
interface Rename extends Words {
  readonly zh?: string;
  readonly en?: string;
}
interface Succeed extends Words {
  readonly mergeInto?: string;
  readonly splitInto?: string;
  readonly default?: string;
  readonly assign?: string;
}
type Told = SuccessionEvent | { readonly event: 'failed'; readonly code: string; readonly message: string; readonly detail?: string };
type Summary = Extract<SuccessionEvent, { event: 'summary' }>;

const JSON_BODY = { 'Content-Type': 'application/json' };

/** `drl department`: 机构改革, by a manager: another name, or other departments in its place. */
export function departmentCommands(program: Command, connection: (command: Command) => Connection, exit: (code: number) => void): void {
  const department = program
    .command('department')
    .description(t({ zh: '机构改革：更名、合并、分立', en: 'rename, merge and split departments' }));
  withBasis(
    department.command('rename <id>').description(t({ zh: '更名，原名称保留', en: 'another name; the one before is kept beside it' })),
  )
    .option('--zh <name>', t({ zh: '中文名称', en: 'name in Chinese' }))
    .option('--en <name>', t({ zh: '英文名称', en: 'name in English' }))
    .option('--json')
    .addHelpText('after', '\n  drl department rename tax --zh 市税务总局 --basis-zh 机构改革方案第三条 --as manager')
    .action(async (id: string, options: Rename, command: Command) => {
      const body = { name: words(options.zh, options.en, '--zh, --en'), basis: basisOf(options) };
      const answer = await connect(connection(command)).send(
        `/departments/${encodeURIComponent(id)}/rename`,
        JSON.stringify(body),
        JSON_BODY,
      );
      const renamed = (await answer.json()) as { id: string; version: number };
      if (options.json) json(renamed);
      else out(t({ zh: `${renamed.id} 已更名，第 ${renamed.version} 版`, en: `${renamed.id} is renamed, version ${renamed.version}` }));
    });
  withBasis(
    department.command('succeed <id>').description(t({ zh: '合并或分立，逐条移交', en: 'merge or split it, and pass on what it bears' })),
  )
    .option('--merge-into <id>', t({ zh: '并入的部门', en: 'the one successor' }))
    .option(
      '--split-into <ids>',
      t({
        zh: '分立为的部门，逗号分隔；含本部门则本部门保留',
        en: 'the successors, comma-separated; the department itself among them lives on',
      }),
    )
    .option(
      '--default <id>',
      t({ zh: '未指明的归哪个部门；默认归保留的部门', en: 'who takes what is not assigned; else the department that lives on' }),
    )
    .option('--assign <file>', t({ zh: 'JSON 文件：{"资源编号":"部门"}', en: 'a JSON file: {"asset id":"department"}' }))
    .option('--json', t({ zh: '逐行输出事件', en: 'one event a line' }))
    .addHelpText(
      'after',
      '\n  drl department succeed household --merge-into population --basis-zh 机构改革方案 --as manager\n  drl department succeed social-insurance --split-into pensions,housing --default pensions --assign assign.json --basis-en "Reform plan" --as manager',
    )
    .action(async (id: string, options: Succeed, command: Command) => exit(await succeed(id, options, connection(command))));
}

function withBasis(command: Command): Command {
  return command
    .option('--basis-zh <text>', t({ zh: '依据（中文）', en: 'on what basis, in Chinese' }))
    .option('--basis-en <text>', t({ zh: '依据（英文）', en: 'on what basis, in English' }));
}

/** Broken off, the same command goes on where it stopped. */
async function succeed(id: string, options: Succeed, connection: Connection): Promise<number> {
  const { mergeInto, splitInto, assign } = options;
  if ((mergeInto === undefined) === (splitInto === undefined)) throw new CliError('USAGE', '--merge-into, --split-into');
  const successors = mergeInto === undefined ? (splitInto ?? '').split(',').map((name) => name.trim()) : [mergeInto];
  const body = {
    kind: mergeInto === undefined ? 'split' : 'merge',
    ...{ successors, basis: basisOf(options) },
    ...(options.default === undefined ? {} : { default: options.default }),
    ...(assign === undefined ? {} : { assign: readAssign(assign) }),
  };
  const answer = await connect(connection).send(`/departments/${encodeURIComponent(id)}/succession`, JSON.stringify(body), JSON_BODY);
  let summary: Summary | undefined;
  for await (const told of events<Told>((answer.body ?? []) as AsyncIterable<Uint8Array>)) {
    if (options.json) out(JSON.stringify(told));
    if (told.event === 'summary') summary = told;
    else if (told.event === 'failed') {
      say(plain(`${told.code}: ${told.detail ?? told.message}`));
      return 1;
    } else if (!options.json) tell(told);
  }
  if (!summary) throw new CliError('BROKEN_OFF');
  if (!options.json) out(summaryText(summary));
  return summary.kept === 0 && Object.keys(summary.waiting).length === 0 ? 0 : 1;
}

function tell(event: Exclude<SuccessionEvent, Summary>): void {
  if (event.event === 'passed') out(plain(`${event.kind} ${event.id} → ${event.to}`));
  else if (event.event === 'kept') say(plain(`${event.kind} ${event.id}: ${event.code} ${event.reason}`));
  else out(plain(`${event.id} → ${event.successors.join(', ')}`));
}

function summaryText({ passed, kept, waiting }: Summary): string {
  const listed = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ') || '0';
  return t({
    zh: `已移交 ${listed(passed)}；未能移交 ${kept}；仍待移交 ${listed(waiting)}`,
    en: `passed on: ${listed(passed)}; not passed on: ${kept}; still waiting: ${listed(waiting)}`,
  });
}

function readAssign(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${file}: ${(error as Error).message}`);
  }
}

const basisOf = ({ basisZh, basisEn }: Words) => words(basisZh, basisEn, '--basis-zh, --basis-en');

function words(zh: string | undefined, en: string | undefined, flags: string) {
  if (zh === undefined && en === undefined) throw new CliError('USAGE', flags);
  return { ...(zh === undefined ? {} : { zh }), ...(en === undefined ? {} : { en }) };
}
