import type { Command } from 'commander';
import { writeSecret } from '../../wallet.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, t } from '../terminal.js';

/** `drl terms`: the confidential terms of a grant that the caller's department holds, as a file to hand to an auditor. */
export function termsCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('terms <grant>')
    .description(t({ zh: '取出本部门所持的保密条款', en: 'take away the confidential terms that your department holds' }))
    .requiredOption('-o, --output <file>', t({ zh: '写入的文件（仅本人可读）', en: 'where to write them (mode 0600)' }))
    .option('--hash <commitment>', t({ zh: '指定承诺值', en: 'those of this commitment; else the agreed, else the offered' }))
    .option('--json')
    .addHelpText('after', '\n  drl terms grn-… -o terms.json && drl verify grant.json --trust data/trust --terms terms.json')
    .action(async (grant: string, options: { output: string; hash?: string; json?: boolean }, command: Command) => {
      const query = options.hash === undefined ? '' : `?${new URLSearchParams({ termsHash: options.hash })}`;
      const bytes = await connect(connection(command)).bytes(`/grants/${encodeURIComponent(grant)}/terms${query}`, 'application/json');
      try {
        writeSecret(options.output, bytes);
      } catch (error) {
        throw new CliError('FILE_UNWRITABLE', `${options.output}: ${(error as NodeJS.ErrnoException).code}`);
      }
      const { termsHash, standing } = JSON.parse(bytes.toString('utf8')) as { termsHash: string; standing: string };
      if (options.json) json({ file: options.output, termsHash, standing });
      else out(`${options.output}: ${termsHash} (${standing})`);
    });
}
