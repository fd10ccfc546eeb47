import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, t } from '../terminal.js';

const KINDS = ['asset', 'right', 'grant', 'share', 'transaction'];

/** `drl evidence`: the proof of one record, as a file to take away. */
export function evidenceCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('evidence <kind> <id>')
    .description(t({ zh: `导出一条记录的证据（${KINDS.join('、')}）`, en: `take away the proof of a record (${KINDS.join(', ')})` }))
    .requiredOption('-o, --output <file>', t({ zh: '写入的文件', en: 'where to write it' }))
    .option('--json')
    .addHelpText('after', '\n  drl evidence share shr-… -o share.json --as auditor && drl verify share.json --trust data/trust')
    .action(async (kind: string, id: string, options: { output: string; json?: boolean }, command: Command) => {
      if (!KINDS.includes(kind)) throw new CliError('USAGE', `${kind}: ${KINDS.join(', ')}`);
      const path = kind === 'transaction' ? 'transactions' : kind;
      const bytes = await connect(connection(command)).bytes(`/evidence/${path}/${encodeURIComponent(id)}`, 'application/json');
      try {
        writeFileSync(options.output, bytes);
      } catch (error) {
        throw new CliError('FILE_UNWRITABLE', `${options.output}: ${(error as NodeJS.ErrnoException).code}`);
      }
      if (options.json) json({ file: options.output, bytes: bytes.length });
      else out(t({ zh: `${options.output}：${bytes.length} 字节`, en: `${options.output}: ${bytes.length} bytes` }));
    });
}
