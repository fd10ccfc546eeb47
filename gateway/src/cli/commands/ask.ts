import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, plain, t } from '../terminal.js';
import { acknowledge } from './deliver.js';

interface Options {
  readonly output?: string;
  readonly purpose?: string;
  readonly caseRef?: string;
  readonly actingFor?: string;
  readonly distribution?: string;
  readonly hash: 'sha-256' | 'sm3';
  readonly key?: string;
  readonly ack: boolean;
  readonly json?: boolean;
}

/** `drl ask`: match or no match about one subject. The values come from a file or standard input, since a command line is seen by others and kept. */
export function askCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('ask <grant> <file>')
    .description(
      t({
        zh: '按授权核验一个对象的数据项：只答一致与否（- 为标准输入）',
        en: 'ask whether values match, about one subject; no data comes (- is standard input)',
      }),
    )
    .option('-o, --output <file>', t({ zh: '保存回执，日后可证明问了什么、得到什么答复', en: 'keep the receipt: what was asked and told' }))
    .option('--purpose <id>', t({ zh: '用途（默认授权的用途）', en: 'purpose (default: the granted one)' }))
    .option('--case-ref <text>', t({ zh: '办件编号', en: 'case reference' }))
    .option('--acting-for <department>', t({ zh: '代哪个部门核验', en: 'the department on whose behalf' }))
    .option('--distribution <name>', t({ zh: '挂接资源的名称', en: 'which resource of the asset' }))
    .option('--hash <algorithm>', t({ zh: '摘要算法：sha-256 或 sm3', en: 'digest: sha-256 or sm3' }), 'sha-256')
    .option('--key <key>', t({ zh: '幂等键', en: 'idempotency key' }))
    .option('--no-ack', t({ zh: '不回执', en: 'do not acknowledge' }))
    .option('--json')
    .addHelpText(
      'after',
      `\n  echo '{"subject":{"personId":"…"},"values":{"name":"…"}}' | drl ask grn-… - -o receipt.json --as social-insurance-consumer`,
    )
    .action(async (grant: string, file: string, options: Options, command: Command) => {
      if (options.hash !== 'sha-256' && options.hash !== 'sm3') throw new CliError('USAGE', '--hash sha-256, sm3');
      const { purpose, caseRef, actingFor, distribution, hash: hashAlgorithm, key = randomUUID() } = options;
      const question = { ...questionIn(file), purpose, caseRef, actingFor, distribution, hashAlgorithm };
      const client = connect(connection(command));
      const answer = await client.send(`/grants/${encodeURIComponent(grant)}/queries`, JSON.stringify(question), {
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      });
      const share = plain(answer.headers.get('Share-Id') ?? '');
      const receipt = Buffer.from(await answer.arrayBuffer());
      const payloadHash = createHash(hashAlgorithm === 'sm3' ? 'sm3' : 'sha256')
        .update(receipt)
        .digest('hex');
      if (options.output) keep(options.output, receipt);
      const { matches } = JSON.parse(receipt.toString()) as { matches: Record<string, boolean> };
      const status = options.ack ? await acknowledge(client, { share, payloadHash, hashAlgorithm, bytes: receipt.length }) : 'committed';
      if (options.json) json({ share, matches, payloadHash, hashAlgorithm, status });
      else {
        for (const [name, match] of Object.entries(matches))
          out(`${plain(name)}\t${match ? t({ zh: '一致', en: 'match' }) : t({ zh: '不一致', en: 'no match' })}`);
        out(t({ zh: `共享 ${share}，${status}`, en: `share ${share}, ${status}` }));
      }
      if (status === 'mismatched') throw new CliError('MISMATCHED', share);
    });
}

function questionIn(file: string): object {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
  try {
    const { subject, values } = JSON.parse(text) as { subject?: unknown; values?: unknown };
    return { subject, values };
  } catch {
    throw new CliError('FILE_UNREADABLE', '{ "subject": { … }, "values": { … } }');
  }
}

function keep(file: string, receipt: Buffer): void {
  try {
    writeFileSync(file, receipt, { mode: 0o600 });
  } catch (error) {
    throw new CliError('FILE_UNWRITABLE', `${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
