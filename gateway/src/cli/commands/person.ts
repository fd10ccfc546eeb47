import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, language, out, plain, t, table } from '../terminal.js';

interface Use {
  readonly at: string;
  readonly consumer: string;
  readonly purpose: string;
  readonly share: string;
  readonly title: { readonly zh?: string; readonly en?: string };
  readonly elements: readonly string[];
  readonly concealedUntil?: string;
}

/** `drl person`: who used a person's data. What identifies is read from a file or the standard input, so that no shell remembers it. */
export function personCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('person <department>')
    .description(t({ zh: '某人的数据被谁使用、为何使用', en: 'who used a person’s data, and why' }))
    .requiredOption(
      '--subject <file>',
      t({ zh: 'JSON 文件：标识数据项与其值；- 为标准输入', en: 'JSON file, element to value; - for the standard input' }),
    )
    .option('--json')
    .addHelpText('after', '\n  echo \'{"personId":"…"}\' | drl person household --subject - --as household-steward')
    .action(async (department: string, options: { subject: string; json?: boolean }, command: Command) => {
      const body = JSON.stringify({ department, subject: readSubject(options.subject) });
      const answer = await connect(connection(command)).send('/audit/persons', body, { 'Content-Type': 'application/json' });
      const trail = (await answer.json()) as { items: Use[] };
      if (options.json) return json(trail);
      if (trail.items.length === 0) return out(t({ zh: '没有查到使用记录', en: 'no use was found' }));
      const other = language === 'zh' ? 'en' : 'zh';
      out(
        table(
          trail.items.map(({ at, consumer, purpose, title, elements, share, concealedUntil }) => [
            ...[at.slice(0, 16), consumer, purpose, plain(title[language] ?? title[other] ?? ''), plain(elements.join(', ')), share],
            ...(concealedUntil ? [t({ zh: `保密至 ${concealedUntil}`, en: `concealed until ${concealedUntil}` })] : []),
          ]),
        ),
      );
    });
}

function readSubject(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch {
    throw new CliError('USAGE', `--subject ${file}: JSON`);
  }
}
