import { createReadStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { stripped } from '../../leaks/strip.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, t } from '../terminal.js';

/** `drl canaries`: what of a delivery was made up, or the delivery without it. */
export function canariesCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('canaries <share>')
    .description(t({ zh: '列出一次交付中的虚构行，或从文件中剔除', en: 'the made-up rows of a delivery, or the file without them' }))
    .option('--from <file>', t({ zh: '所收到的文件（.csv、.ndjson、.json）', en: 'the file that was received (.csv, .ndjson, .json)' }))
    .option('-o, --output <file>', t({ zh: '剔除后写入的文件', en: 'where to write it without them' }))
    .option('--json')
    .addHelpText('after', '\n  drl canaries shr-… --from people.csv -o clean.csv --as social-insurance-consumer')
    .action(async (share: string, options: { from?: string; output?: string; json?: boolean }, command: Command) => {
      if ((options.from === undefined) !== (options.output === undefined)) throw new CliError('USAGE', '--from, -o');
      const bytes = await connect(connection(command)).bytes(`/shares/${encodeURIComponent(share)}/canaries`, 'application/x-ndjson');
      const lines = bytes.toString().split('\n').filter(Boolean);
      const canaries = lines.map((line) => JSON.parse(line) as Record<string, string>);
      if (options.from === undefined || options.output === undefined) {
        if (options.json) json(canaries);
        else if (lines.length > 0) out(lines.join('\n'));
        return;
      }
      await write(options.from, options.output, canaries);
      if (options.json) json({ file: options.output, canaries: canaries.length });
      else
        out(
          t({
            zh: `${options.output}：已剔除 ${canaries.length} 行虚构行`,
            en: `${options.output}: ${canaries.length} made-up rows taken out`,
          }),
        );
    });
}

async function write(from: string, to: string, canaries: readonly Record<string, string>[]): Promise<void> {
  const clean = stripped(from, createReadStream(from) as AsyncIterable<Buffer>, canaries);
  if (clean === undefined) throw new CliError('USAGE', `${from}: .csv, .ndjson, .json`);
  const part = `${to}.part`;
  try {
    await writeFile(part, clean, { mode: 0o600 });
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError('FILE_UNREADABLE', `${from}: ${code ?? message}`);
  }
}
