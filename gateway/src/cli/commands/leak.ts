import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Command } from 'commander';
import type { LeakProof } from '../../leaks/proof.js';
import { verifyProof, writeProof } from '../../leaks/proofFile.js';
import type { SampleType } from '../../leaks/sample.js';
import type { Finding } from '../../leaks/verdict.js';
import { type Client, type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, language, out, plain, t, table } from '../terminal.js';

/** `drl leak`: something was found; which deliveries does it come from, and how is that shown to others. */

interface Told {
  readonly share: string;
  readonly consumer: string;
  readonly at: string;
  readonly finding: Finding;
  readonly confidence: number;
  readonly falseAccusation?: number;
  readonly rows: { readonly found: number; readonly delivered?: number };
  readonly canaries?: { readonly found: number; readonly of: number };
  readonly order?: { readonly pairs: number; readonly agreeing: number };
  readonly proof?: LeakProof;
}
interface Answer {
  readonly sample: { readonly differentRows: number };
  readonly deliveriesAsked: number;
  readonly sameBytes: readonly { readonly share: string; readonly consumer: string; readonly confidence: number }[];
  readonly deliveries: readonly Told[];
  readonly statement: Localized;
}
interface Options {
  readonly asset?: string;
  readonly output?: string;
  readonly json?: boolean;
}

const types: Readonly<Record<string, SampleType>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
};

export function leakCommands(program: Command, connection: (command: Command) => Connection, exit: (code: number) => void): void {
  const leak = program.command('leak').description(t({ zh: '泄露溯源', en: 'which deliveries found data comes from' }));
  leak
    .command('find <file>', { isDefault: true })
    .description(
      t({
        zh: '样本文件（CSV、NDJSON、JSON）或摘要出自哪些交付',
        en: 'which deliveries a sample (CSV, NDJSON, JSON) or a digest comes from',
      }),
    )
    .option('--asset <id>', t({ zh: '只查一项资源的交付', en: 'deliveries of one asset alone' }))
    .option('-o, --output <dir>', t({ zh: '把各次交付的证明写入该目录', en: 'write the proof of each delivery there' }))
    .option('--json')
    .addHelpText('after', '\n  drl leak found.csv --as auditor -o proofs && drl leak verify proofs/shr-….leak.json --trust data/trust')
    .action(async (file: string, options: Options, command: Command) => {
      const client = connect(connection(command));
      const answer = await ask(client, file, options.asset);
      const files = options.output === undefined ? [] : await takeAway(client, answer.deliveries, options.output);
      if (options.json) json({ ...answer, files });
      else out(drawn(answer, files));
    });
  leak
    .command('verify <proof>')
    .description(
      t({
        zh: '离线验证泄露证明：0 已证明，1 未证明，2 无法读取',
        en: 'prove or refuse a leak’s proof, offline: 0 proven, 1 not proven, 2 unreadable',
      }),
    )
    .requiredOption('--trust <dir>', t({ zh: '各机构的根证书目录', en: 'the organisations’ root certificates' }))
    .option('--json')
    .addHelpText('after', '\n  drl leak verify proofs/shr-….leak.json --trust data/trust')
    .action(async (proof: string, options: { trust: string; json?: boolean }) => {
      const report = await verifyProof(proof, options.trust);
      const { share, consumer, provider, rows, canaries, columns = [] } = report;
      if (options.json) json(report);
      else if (report.verdict === 'proven')
        out(
          t({
            zh: `已证明：${rows} 行（${columns.join('、')}）在 ${provider} 交付给 ${consumer} 的共享 ${share} 之中，其中 ${canaries} 行是专为这次交付编造的`,
            en: `proven: ${rows} rows (${columns.join(', ')}) are in share ${share}, delivered by ${provider} to ${consumer}; ${canaries} of them were made up for this delivery alone`,
          }),
        );
      else out(`${t(verdicts[report.verdict])}: ${plain(report.fault ?? '')}`);
      exit({ proven: 0, 'not-proven': 1, unreadable: 2 }[report.verdict]);
    });
}

const verdicts = { 'not-proven': { zh: '未证明', en: 'not proven' }, unreadable: { zh: '无法读取', en: 'unreadable' } } as const;
const findings: Readonly<Record<Finding, { readonly zh: string; readonly en: string }>> = {
  identified: { zh: '由标记认出', en: 'identified by its marks' },
  'only-recipient': { zh: '唯一持有', en: 'alone holds the rows' },
  indistinguishable: { zh: '无从区分', en: 'one of several alike' },
  contains: { zh: '含有其中的行', en: 'holds rows of it' },
};

async function ask(client: Client, file: string, asset: string | undefined): Promise<Answer> {
  const path = `/audit/leaks${asset === undefined ? '' : `?${new URLSearchParams({ asset })}`}`;
  if (/^[0-9a-f]{64}$/.test(file)) {
    const answer = await client.send(path, JSON.stringify({ digest: file }), { 'Content-Type': 'application/json' });
    return (await answer.json()) as Answer;
  }
  const type = types[extname(file).toLowerCase()];
  if (type === undefined) throw new CliError('USAGE', `${file}: ${Object.keys(types).join(', ')}`);
  await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError('FILE_UNREADABLE', `${file}: ${error.code}`);
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.post(path, createReadStream(file), { 'Content-Type': type })) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Answer;
}

async function takeAway(client: Client, deliveries: readonly Told[], dir: string): Promise<string[]> {
  const files: string[] = [];
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const { share, proof } of deliveries) {
    if (!proof) continue;
    const evidence = JSON.parse((await client.bytes(`/evidence/share/${encodeURIComponent(share)}`, 'application/json')).toString());
    const file = join(dir, `${share}.leak.json`);
    // Rows that leaked once need not leak again.
    await writeFile(file, writeProof(proof, evidence), { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new CliError('FILE_UNWRITABLE', `${file}: ${error.code}`);
    });
    files.push(file);
  }
  return files;
}

function drawn({ sample, deliveriesAsked, sameBytes, deliveries, statement }: Answer, files: readonly string[]): string {
  const percent = (value: number) => `${(100 * value).toFixed(value > 0.9999 && value < 1 ? 4 : 1)} %`;
  const rows = deliveries.map(({ share, consumer, at, finding, confidence, falseAccusation, rows, canaries, order }) => [
    ...[share, plain(consumer), at.slice(0, 10), t(findings[finding]), percent(confidence), `${rows.found} / ${sample.differentRows}`],
    [
      ...(canaries ? [`${t({ zh: '虚构行', en: 'canaries' })} ${canaries.found}`] : []),
      ...(order ? [`${t({ zh: '次序', en: 'order' })} ${order.agreeing} / ${order.pairs}`] : []),
      ...(falseAccusation === undefined ? [] : [`${t({ zh: '误认', en: 'wrongly' })} ≤ ${falseAccusation.toExponential(0)}`]),
    ].join(', '),
  ]);
  const bytes = sameBytes.map(({ share, consumer, confidence }) => [
    share,
    plain(consumer),
    t({ zh: '载荷相同', en: 'same bytes' }),
    percent(confidence),
  ]);
  return [
    plain(statement[language] ?? statement.en ?? ''),
    ...(rows.length + bytes.length > 0 ? ['', table([...rows, ...bytes])] : []),
    '',
    t({ zh: `已比对 ${deliveriesAsked} 次交付`, en: `held against ${deliveriesAsked} deliveries` }),
    ...files,
  ].join('\n');
}
