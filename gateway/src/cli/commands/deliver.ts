import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Client, type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { progress } from '../progress.js';
import { json, out, plain, t } from '../terminal.js';

interface Options {
  readonly output: string;
  readonly elements?: string;
  readonly rows?: string;
  readonly purpose?: string;
  readonly caseRef?: string;
  readonly actingFor?: string;
  readonly distribution?: string;
  readonly hash: 'sha-256' | 'sm3';
  readonly key?: string;
  readonly ack: boolean;
  readonly json?: boolean;
}

/** `drl deliver`: what was granted, into a file that is there only when it is whole, and the answer with its digest. */
export function deliverCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('deliver <grant>')
    .description(t({ zh: '按授权取数并回执', en: 'receive the data of a grant, and acknowledge it' }))
    .requiredOption('-o, --output <file>', t({ zh: '写入的文件', en: 'where to write it' }))
    .option(
      '--elements <names>',
      t({ zh: '数据项，逗号分隔（默认全部已授权的）', en: 'elements, comma-separated (default: all that are granted)' }),
    )
    .option('--rows <n>', t({ zh: '最多多少行', en: 'how many rows at most' }))
    .option('--purpose <id>', t({ zh: '用途（默认授权的用途）', en: 'purpose (default: the granted one)' }))
    .option('--case-ref <text>', t({ zh: '办件编号', en: 'case reference' }))
    .option('--acting-for <department>', t({ zh: '代哪个部门取数', en: 'the department on whose behalf' }))
    .option('--distribution <name>', t({ zh: '挂接资源的名称', en: 'which resource of the asset' }))
    .option('--hash <algorithm>', t({ zh: '摘要算法：sha-256 或 sm3', en: 'digest: sha-256 or sm3' }), 'sha-256')
    .option('--key <key>', t({ zh: '幂等键：中断后重取同一笔共享', en: 'idempotency key: fetch a broken-off share again' }))
    .option('--no-ack', t({ zh: '不回执', en: 'do not acknowledge' }))
    .option('--json')
    .addHelpText('after', '\n  drl deliver grt-… -o people.csv --case-ref SI-2026-001 --as social-insurance-consumer')
    .action(async (grant: string, options: Options, command: Command) => {
      if (options.hash !== 'sha-256' && options.hash !== 'sm3') throw new CliError('USAGE', '--hash sha-256, sm3');
      if (options.rows !== undefined && !/^[1-9]\d{0,14}$/.test(options.rows)) throw new CliError('USAGE', '--rows');
      const client = connect(connection(command));
      const key = options.key ?? randomUUID();
      const received = await receive(client, grant, options, key);
      const status = options.ack ? await acknowledge(client, received) : 'committed';
      if (options.json) json({ ...received, status, file: options.output });
      else
        out(
          t({
            zh: `${options.output}：${received.bytes} 字节，共享 ${received.share}，${status}`,
            en: `${options.output}: ${received.bytes} bytes, share ${received.share}, ${status}`,
          }) + (received.marks === '' ? '' : t({ zh: `，带标记：${received.marks}`, en: `, with marks: ${received.marks}` })),
        );
      if (status === 'mismatched') throw new CliError('MISMATCHED', received.share);
    });
}

export interface Received {
  readonly share: string;
  readonly payloadHash: string;
  readonly hashAlgorithm: string;
  readonly bytes: number;
  /** As the grant allows them; empty: the data as it is. */
  readonly marks: string;
}

async function receive(client: Client, grant: string, options: Options, key: string): Promise<Received> {
  const { elements, rows, purpose, caseRef, actingFor, distribution, hash: hashAlgorithm } = options;
  const asked = { elements: elements?.split(',').map((name) => name.trim()), purpose, caseRef, actingFor, distribution, hashAlgorithm };
  const part = `${options.output}.part`;
  // Others' data: for whoever asked for it alone.
  const file = await open(part, 'w', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CliError('FILE_UNWRITABLE', `${part}: ${error.code}`);
  });
  let share = '';
  try {
    const body = JSON.stringify({ ...asked, ...(rows === undefined ? {} : { rows: Number(rows) }) });
    const answer = await client.send(`/grants/${encodeURIComponent(grant)}/deliveries`, body, {
      'Content-Type': 'application/json',
      'Idempotency-Key': key,
    });
    share = plain(answer.headers.get('Share-Id') ?? '');
    const marks = plain(answer.headers.get('Share-Marks') ?? '');
    const { digest, bytes } = await take(answer, file, hashAlgorithm).catch((error) => {
      if (error instanceof CliError) throw error;
      throw new CliError('BROKEN_OFF', `${share}; --key ${key}`);
    });
    await file.sync();
    await file.close();
    await rename(part, options.output);
    return { share, payloadHash: digest, hashAlgorithm, bytes, marks };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

async function take(answer: Response, file: FileHandle, algorithm: string): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash(algorithm === 'sm3' ? 'sm3' : 'sha256');
  const bar = progress('deliver', 0);
  let bytes = 0;
  try {
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      await file.writeFile(chunk).catch((error: NodeJS.ErrnoException) => {
        throw new CliError('FILE_UNWRITABLE', String(error.code));
      });
      bytes += chunk.length;
      bar.to(bytes, bytes);
    }
  } finally {
    bar.end();
  }
  return { digest: hash.digest('hex'), bytes };
}

export async function acknowledge(client: Client, { share, payloadHash, hashAlgorithm }: Omit<Received, 'marks'>): Promise<string> {
  const body = JSON.stringify({ payloadHash, hashAlgorithm });
  const answer = await client.send(`/shares/${encodeURIComponent(share)}/acknowledge`, body, { 'Content-Type': 'application/json' });
  return ((await answer.json()) as { status: string }).status;
}
