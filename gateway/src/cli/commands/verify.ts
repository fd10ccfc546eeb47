import type { Command } from 'commander';
import { verifyFile } from '../../evidence/file.js';
import { renderReport } from '../../evidence/render.js';
import { json, language, out, t } from '../terminal.js';

/** `drl verify`: no network, no service; the file and the organisations' root certificates are all it looks at. */
export function verifyCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('verify <file>')
    .description(
      t({
        zh: '离线验证证据文件：0 已证明，1 未证明，2 无法读取',
        en: 'prove or refuse an evidence file, offline: 0 proven, 1 not proven, 2 unreadable',
      }),
    )
    .requiredOption('--trust <dir>', t({ zh: '各机构的根证书目录', en: 'the organisations’ root certificates' }))
    .option('--json')
    .addHelpText('after', '\n  drl verify share.json --trust data/trust')
    .action(async (file: string, options: { trust: string; json?: boolean }) => {
      const verdict = await verifyFile(file, options.trust);
      if (options.json) json(verdict.report);
      else out(renderReport(verdict.report, language).trimEnd());
      exit(verdict.exit);
    });
}
