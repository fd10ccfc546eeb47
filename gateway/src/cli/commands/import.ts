import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { type ImportError, importErrorText } from '../../import/errors.js';
import type { ImportEvent, ImportSummary } from '../../import/events.js';
import { readMapping, shipped } from '../../import/mapping.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { events } from '../events.js';
import { progress } from '../progress.js';
import { language, out, plain, say, t } from '../terminal.js';

interface Options {
  readonly mapping: string;
  readonly admit?: boolean;
  readonly remap?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}
export type Told = ImportEvent | { readonly event: 'failed'; readonly code: string; readonly message: string; readonly detail?: string };

/** Node refuses requests with more than 16 KiB of headers. */
const MAX_MAPPING_HEADER = 12_000;

/** `drl import`: a catalogue file goes to the service as it is read, and each row's fate comes back. */
export function importCommand(program: Command, connection: (command: Command) => Connection, exit: (code: number) => void): void {
  program
    .command('import <file>')
    .description(t({ zh: '导入目录文件', en: 'bring a catalogue file in' }))
    .requiredOption(
      '--mapping <name|path>',
      t({ zh: `映射：${shipped.join('、')} 或自己的文件`, en: `${shipped.join(', ')}, or a file of your own` }),
    )
    .option(
      '--admit',
      t({
        zh: '接纳文件中的部门并代签（主管部门，仅嵌入式账本）',
        en: 'admit the departments named and sign for them (manager, embedded ledger)',
      }),
    )
    .option('--remap', t({ zh: '映射改过：未变的行也重新写入', en: 'the mapping has changed: revise unchanged rows too' }))
    .option('--quiet', t({ zh: '不显示提醒', en: 'no warnings' }))
    .option('--json', t({ zh: '逐行输出事件', en: 'one event a line' }))
    .addHelpText('after', '\n  drl import inventory.csv --mapping dc --admit --as manager\n\n  gateway/src/import/README.md')
    .action(async (file: string, options: Options, command: Command) => {
      exit(await bring(file, options, connection(command)));
    });
}

async function bring(file: string, options: Options, connection: Connection): Promise<number> {
  const size = sizeOf(file);
  const { name, headers } = mappingOf(options.mapping);
  const query = new URLSearchParams({
    mapping: name,
    file: basename(file).slice(0, 200),
    ...(options.admit ? { admit: 'true' } : {}),
    ...(options.remap ? { remap: 'true' } : {}),
  });
  const json = /^\.json(ld)?$/i.test(extname(file));
  const bar = progress(t({ zh: '导入', en: 'import' }), 1);
  let sent = 0;
  let rows = 0;
  async function* bytes() {
    for await (const chunk of createReadStream(file)) {
      sent += chunk.length;
      yield chunk as Uint8Array;
    }
  }
  // Lines between a bar's frames would tear it: on a terminal they come after it.
  const held: string[] = [];
  const line = (text: string) => (process.stderr.isTTY ? held.push(text) : say(text));
  let summary: ImportSummary | undefined;
  let failed = false;
  try {
    const answer = await connect(connection).post(`/assets:import?${query}`, bytes(), {
      'Content-Type': json ? 'application/ld+json' : 'text/csv',
      ...headers,
    });
    for await (const event of events<Told>(answer)) {
      if (options.json) out(JSON.stringify(event));
      if (event.event === 'summary') summary = event;
      else if (event.event === 'failed') {
        failed = true;
        line(plain(`${event.code}: ${event.detail ?? event.message}`));
      } else if (event.event === 'dropped' || event.event === 'row') {
        rows += 1;
        // How many rows there are shows only at the end: by the share of the file that has gone out.
        bar.to(rows, sent < size ? Math.round((rows * size) / Math.max(1, sent)) : Math.max(rows, 1));
      }
      if (!options.json) tell(event, options.quiet ?? false, line);
    }
  } finally {
    bar.end();
    for (const text of held) say(text);
  }
  if (failed) return 1;
  if (!summary) throw new CliError('BROKEN_OFF');
  if (!options.json) out(summaryText(summary));
  return 0;
}

export function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** A shipped mapping goes by its name; one's own is checked here, then travels with the request. */
function mappingOf(given: string): { name: string; headers: Record<string, string> } {
  if (shipped.includes(given)) return { name: given, headers: {} };
  if (!existsSync(given)) throw new CliError('FILE_UNREADABLE', `${given}; ${shipped.join(', ')}`);
  const yaml = readFileSync(given, 'utf8');
  const name = basename(given)
    .replace(/\.ya?ml$/, '')
    .slice(0, 200);
  readMapping(yaml, name);
  const packed = gzipSync(yaml).toString('base64url');
  if (packed.length > MAX_MAPPING_HEADER) throw new CliError('MAPPING_TOO_LARGE', given);
  return { name, headers: { 'Import-Mapping': packed } };
}

export function tell(event: Told, quiet: boolean, line: (text: string) => unknown): void {
  if (event.event === 'dropped' || (event.event === 'warning' && !quiet)) {
    const { line: at, code, message, field, given, accepted } = event;
    const more = [field, given && `“${given}”`, accepted && `→ ${accepted}`].filter(Boolean).join(' ');
    const what = event.event === 'dropped' ? t({ zh: '未导入', en: 'dropped' }) : t({ zh: '提醒', en: 'warning' });
    const fields = 'fields' in event ? (event.fields ?? []).map((f) => `\n    ${f.path}: ${f.message}`).join('') : '';
    line(
      `${plain(`${t({ zh: '第', en: 'line ' })}${at}${t({ zh: '行', en: '' })} ${what} ${code}: ${message}${more ? ` (${more})` : ''}`)}${fields}`,
    );
  }
}

function summaryText(s: ImportSummary): string {
  return t({
    zh: `${s.rows} 行：登记 ${s.registered}，修订 ${s.revised}，未变 ${s.unchanged}，未导入 ${s.dropped}；提醒 ${s.warnings}，接纳部门 ${s.admitted}；${s.seconds} 秒`,
    en: `${s.rows} rows: ${s.registered} registered, ${s.revised} revised, ${s.unchanged} unchanged, ${s.dropped} dropped; ${s.warnings} warnings, ${s.admitted} departments admitted; ${s.seconds} s`,
  });
}

export function importErrorLine(error: ImportError): string {
  const text = importErrorText(error.code)[language];
  return `${error.code}: ${text}${error.detail.given ? ` (${error.detail.given})` : ''}${error.detail.accepted ? ` → ${error.detail.accepted}` : ''}`;
}
