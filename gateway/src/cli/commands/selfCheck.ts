import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { checks } from '../../selfcheck/checks.js';
import type { SelfCheck } from '../../selfcheck/selfCheck.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, plain, t, table } from '../terminal.js';

const accepts: Readonly<Record<string, string>> = {
  html: 'text/html',
  csv: 'text/csv',
  pdf: 'application/pdf',
  json: 'application/json',
};

interface Options {
  readonly output?: string;
  readonly since?: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

/** `drl self-check`: what a department has to put right, on the screen or as a file to take away. */
export function selfCheckCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('self-check <department>')
    .description(t({ zh: '部门自查：问题及整改办法', en: 'what a department has to put right, and how' }))
    .option('-o, --output <file>', t({ zh: '写入的文件：.pdf、.html、.csv 或 .json', en: 'where to write it: .pdf, .html, .csv or .json' }))
    .option('--since <moment>', t({ zh: '与某区块或某时刻相比', en: 'compared with a block, or a time' }))
    .option('--as-of <block>', t({ zh: '截至某区块', en: 'as the ledger stood after that block' }))
    .option('--json')
    .addHelpText('after', '\n  drl self-check household -o self-check.pdf --since 2026-01-01 --as household-steward')
    .action(async (department: string, { output, since, asOf, json: asJson }: Options, command: Command) => {
      const asked = Object.entries({ since, asOfBlock: asOf }).filter(([, value]) => value !== undefined) as [string, string][];
      const path = `/departments/${encodeURIComponent(department)}/self-check?${new URLSearchParams(asked)}`;
      const client = connect(connection(command));
      if (output === undefined) {
        const check = await client.get<SelfCheck>(path);
        return asJson ? json(check) : out(drawn(check));
      }
      const accept = accepts[extname(output).slice(1).toLowerCase()];
      if (accept === undefined) throw new CliError('USAGE', `-o ${output}: ${Object.keys(accepts).join(', ')}`);
      const bytes = await client.bytes(path, accept);
      try {
        writeFileSync(output, bytes);
      } catch (error) {
        throw new CliError('FILE_UNWRITABLE', `${output}: ${(error as NodeJS.ErrnoException).code}`);
      }
      if (asJson) json({ file: output, bytes: bytes.length });
      else out(t({ zh: `${output}：${bytes.length} 字节`, en: `${output}: ${bytes.length} bytes` }));
    });
}

const marks = { new: '+', still: '=' };

function drawn({ findings, gone = [], asOf, at }: SelfCheck): string {
  const head = `${t({ zh: '截至区块', en: 'as of block' })} ${asOf.block}, ${at}: ${findings.length}${gone.length > 0 ? `, -${gone.length}` : ''}`;
  const lines = [
    ...findings.map(({ standing, ...rest }) => ({ mark: standing === undefined ? '' : marks[standing], ...rest })),
    ...gone.map((one) => ({ mark: '-', ...one })),
  ];
  const rows = lines.map(({ mark, code, subject, since, detail }) => [
    mark,
    t(checks[code].name),
    plain([subject.title?.zh ?? subject.title?.en, subject.part, subject.id].filter(Boolean).join(' · ')),
    since?.slice(0, 10) ?? '',
    plain(t(detail)),
  ]);
  return rows.length === 0 ? head : `${head}\n\n${table(rows)}`;
}
