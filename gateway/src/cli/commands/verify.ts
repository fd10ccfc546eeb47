import type { Command } from 'commander';
import { verifyFile } from '../../evidence/file.js';
import { renderReport } from '../../evidence/render.js';
import { type TermsReport, verifyTerms } from '../../evidence/terms.js';
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
    .option(
      '--terms <file>',
      t({
        zh: '一方交来的保密条款，与授权上的承诺值核对',
        en: 'confidential terms that a party handed over, held against the grant proven',
      }),
    )
    .option('--json')
    .addHelpText('after', '\n  drl verify share.json --trust data/trust\n  drl verify grant.json --trust data/trust --terms terms.json')
    .action(async (file: string, options: { trust: string; terms?: string; json?: boolean }) => {
      const { report, exit: code } = await verifyFile(file, options.trust);
      const terms = code === 0 && options.terms !== undefined ? await verifyTerms(file, options.terms) : undefined;
      if (options.json) json(terms ? { ...report, terms } : report);
      else {
        out(renderReport(report, language).trimEnd());
        if (terms) out(sentence(terms));
      }
      exit(terms ? exits[terms.verdict] : code);
    });
}

const exits = { matches: 0, differs: 1, unreadable: 2 } as const;
const standings = {
  agreed: { zh: '双方已约定', en: 'agreed by both' },
  offered: { zh: '一方提出，尚未答复', en: 'offered, not answered' },
  past: { zh: '已不再有效', en: 'no longer in force' },
} as const;

function sentence(terms: TermsReport): string {
  switch (terms.verdict) {
    case 'matches':
      return t({
        zh: `条款与承诺值 ${terms.termsHash} 相符（授权第 ${terms.version} 版；${standings[terms.standing].zh}）`,
        en: `the terms are those of ${terms.termsHash} (version ${terms.version} of the grant; ${standings[terms.standing].en})`,
      });
    case 'differs':
      return t({
        zh: `条款与授权上的承诺值不符：${terms.termsHash}`,
        en: `the terms are not those that the grant commits to: ${terms.termsHash}`,
      });
    case 'unreadable':
      return t({ zh: `无法读取条款文件：${terms.detail}`, en: `the file of terms cannot be read: ${terms.detail}` });
  }
}
