import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { mergeProv, type ProvJson } from '../../standards/provDocument.js';
import { type Client, type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, t } from '../terminal.js';

/** What each kind can be had as, beside the bundle that `drl verify` reads. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  department: [],
  'data-element': [],
  asset: ['dcat', 'prov'],
  derivation: [],
  right: [],
  demand: [],
  joining: [],
  grant: ['odrl'],
  ticket: [],
  share: ['prov'],
  rating: [],
  feedback: [],
  dispute: [],
  plan: [],
  transaction: [],
};
const ACCEPT = 'application/json, application/ld+json';

/** `drl evidence`: the proof of one record, or the record in another standard's words, as a file to take away. */
export function evidenceCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('evidence <kind> <id>')
    .description(
      t({
        zh: `导出一条记录的证据（${Object.keys(KINDS).join('、')}）`,
        en: `take away the proof of a record (${Object.keys(KINDS).join(', ')})`,
      }),
    )
    .requiredOption('-o, --output <file>', t({ zh: '写入的文件', en: 'where to write it' }))
    .option(
      '--format <format>',
      t({
        zh: 'bundle（drl verify 可核验，默认），或 prov（资源、共享的经过）、odrl（授权协议）、dcat（资源目录项）',
        en: 'bundle (what drl verify reads; the default), or prov (the trail of an asset or share), odrl (a grant), dcat (an asset)',
      }),
      'bundle',
    )
    .option('--json')
    .addHelpText(
      'after',
      '\n  drl evidence share shr-… -o share.json --as auditor && drl verify share.json --trust data/trust\n  drl evidence grant grt-… --format odrl -o grant.jsonld --as auditor',
    )
    .action(async (kind: string, id: string, options: { output: string; format: string; json?: boolean }, command: Command) => {
      const forms = KINDS[kind];
      if (!forms) throw new CliError('USAGE', `${kind}: ${Object.keys(KINDS).join(', ')}`);
      if (![...forms, 'bundle'].includes(options.format))
        throw new CliError('USAGE', `--format ${options.format}: ${['bundle', ...forms].join(', ')}`);
      const bytes = await take(connect(connection(command)), kind, id, options.format);
      try {
        writeFileSync(options.output, bytes);
      } catch (error) {
        throw new CliError('FILE_UNWRITABLE', `${options.output}: ${(error as NodeJS.ErrnoException).code}`);
      }
      if (options.json) json({ file: options.output, bytes: bytes.length });
      else out(t({ zh: `${options.output}：${bytes.length} 字节`, en: `${options.output}: ${bytes.length} bytes` }));
    });
}

async function take(client: Client, kind: string, id: string, format: string): Promise<Buffer> {
  const path = `/evidence/${kind === 'transaction' ? 'transactions' : kind}/${encodeURIComponent(id)}?format=${format}`;
  if (`${kind} ${format}` !== 'asset prov') return client.bytes(path, ACCEPT);
  const pages: ProvJson[] = [];
  for await (const page of client.pages(`${path}&limit=200`, ACCEPT)) pages.push(JSON.parse(page.toString()));
  return Buffer.from(JSON.stringify(mergeProv(pages)));
}
