import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { DictionaryEvent, DictionarySummary } from '../../import/importDictionary.js';
import type { Finding } from '../../readmodel/finding.js';
import type { Page } from '../../readmodel/readmodel.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { events } from '../events.js';
import { json, language, out, plain, say, t } from '../terminal.js';
import { sizeOf, tell } from './import.js';

interface Options {
  readonly adopt?: boolean;
  readonly encoding?: string;
  readonly json?: boolean;
}
type Told = DictionaryEvent | { readonly event: 'failed'; readonly code: string; readonly message: string; readonly detail?: string };

/** `drl dictionary`: the shared dictionary of data elements. */
export function dictionaryCommands(program: Command, connection: (command: Command) => Connection, exit: (code: number) => void): void {
  const dictionary = program.command('dictionary').description(t({ zh: '数据元字典', en: 'the dictionary of data elements' }));
  dictionary
    .command('import <file>')
    .description(t({ zh: '导入数据元（CSV）', en: 'bring data elements in from a CSV file' }))
    .option('--adopt', t({ zh: '同时采用（共享主管部门）', en: 'adopt them too (manager)' }))
    .option('--encoding <name>', t({ zh: '文件编码，如 gb18030', en: 'of the file, e.g. gb18030; else utf-8' }))
    .option('--json', t({ zh: '逐行输出事件', en: 'one event a line' }))
    .addHelpText('after', '\n  drl dictionary import elements.csv --adopt --as manager\n\n  gateway/src/import/README.md')
    .action(async (file: string, options: Options, command: Command) => {
      exit(await bring(file, options, connection(command)));
    });
  dictionary
    .command('findings')
    .description(
      t({ zh: '同名不同类型、同一数据元不同名称、未引用', en: 'names and types that differ from one another and from the dictionary' }),
    )
    .option('--department <id>', t({ zh: '涉及的部门', en: 'those that concern a department' }))
    .option('--json')
    .addHelpText('after', '\n  drl dictionary findings --as household-steward')
    .action(async (options: { department?: string; json?: boolean }, command: Command) => {
      const found = await allFindings(options.department, connection(command));
      if (options.json) json(found);
      else for (const line of found.flatMap(linesOf)) out(plain(line));
    });
}

async function bring(file: string, { adopt, encoding, json: raw }: Options, connection: Connection): Promise<number> {
  sizeOf(file);
  const query = new URLSearchParams({
    file: basename(file).slice(0, 200),
    ...(adopt ? { adopt: 'true' } : {}),
    ...(encoding ? { encoding } : {}),
  });
  let summary: DictionarySummary | undefined;
  const answer = await connect(connection).post(`/data-elements:import?${query}`, createReadStream(file), { 'Content-Type': 'text/csv' });
  for await (const event of events<Told>(answer)) {
    if (raw) out(JSON.stringify(event));
    if (event.event === 'summary') summary = event;
    else if (event.event === 'failed') {
      say(plain(`${event.code}: ${event.detail ?? event.message}`));
      return 1;
    } else if (event.event === 'dropped' && !raw) tell(event, false, say);
  }
  if (!summary) throw new CliError('BROKEN_OFF');
  if (!raw) out(summaryText(summary));
  return 0;
}

function summaryText(s: DictionarySummary): string {
  return t({
    zh: `${s.rows} 行：提出 ${s.proposed}，修订 ${s.revised}，未变 ${s.unchanged}，未导入 ${s.dropped}；采用 ${s.adopted}；${s.seconds} 秒`,
    en: `${s.rows} rows: ${s.proposed} proposed, ${s.revised} revised, ${s.unchanged} unchanged, ${s.dropped} dropped; ${s.adopted} adopted; ${s.seconds} s`,
  });
}

async function allFindings(department: string | undefined, connection: Connection): Promise<Finding[]> {
  const client = connect(connection);
  const found: Finding[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ limit: '200', ...(department ? { department } : {}), ...(cursor ? { cursor } : {}) });
    const page: Page<Finding> = await client.get(`/data-elements/findings?${query}`);
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

const kinds = {
  'type-conflict': { zh: '类型不一致', en: 'several types' },
  'name-conflict': { zh: '名称不一致', en: 'several names' },
  unbound: { zh: '未引用数据元', en: 'not bound' },
  'not-in-force': { zh: '数据元未生效', en: 'not in force' },
} as const;

function linesOf({ kind, name, dataElementId, dataElements, uses }: Finding): string[] {
  const entries = dataElements.map(
    (entry) => `${entry.id} ${entry.name[language] ?? entry.name.zh ?? entry.name.en} (${entry.type}, ${entry.status})`,
  );
  const lines = uses.map((use) => `    ${use.department}: ${use.name} (${use.type}) ${use.assets.join(' ')}${use.more ? ' …' : ''}`);
  return [`${t(kinds[kind])}: ${name ?? dataElementId}${entries.length > 0 ? ` — ${entries.join(', ')}` : ''}`, ...lines];
}
