import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EvidenceError } from '@drl/network/block/errors';
import { readBlock } from '@drl/network/block/read';
import { type ChainReport, notAnchored } from '@drl/network/block/report';
import { verifyChain } from '@drl/network/block/verify';
import type { Command } from 'commander';
import { readTrust } from '../../evidence/trust.js';
import { type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { progress } from '../progress.js';
import { json, language, out, t } from '../terminal.js';

/** `drl chain`: the raw blocks out of a service, and the proof of raw blocks wherever they came from. */
export function chainCommands(program: Command, connection: (command: Command) => Connection, exit: (code: number) => void): void {
  const chain = program.command('chain').description(t({ zh: '原始区块：导出与验证', en: 'raw blocks: export and verify' }));
  chain
    .command('export <dir>')
    .description(t({ zh: '导出为 block_N.pb', en: 'write every block as block_N.pb' }))
    .option('--json')
    .addHelpText('after', '\n  drl chain export blocks --as auditor')
    .action(async (dir: string, options: { json?: boolean }, command: Command) => {
      const exported = await exportBlocks(dir, connection(command));
      if (options.json) json(exported);
      else
        out(
          t({
            zh: `${exported.blocks} 个区块，${exported.written} 个新写入 ${dir}`,
            en: `${exported.blocks} blocks, ${exported.written} of them newly written to ${dir}`,
          }),
        );
    });
  chain
    .command('verify <dir>')
    .description(t({ zh: '验证任何 Fabric 2.x 通道的原始区块', en: 'verify the raw blocks of any Fabric 2.x channel' }))
    .requiredOption('--trust <dir>', t({ zh: '各机构的根证书目录', en: 'the organisations’ root certificates' }))
    .option('--json')
    .addHelpText('after', '\n  drl chain verify blocks --trust data/trust')
    .action(async (dir: string, options: { trust: string; json?: boolean }) => {
      const report = await verifyDirectory(dir, options.trust);
      if (options.json) json(report);
      else out(renderChain(report));
      exit(exitOf(report));
    });
}

const PARALLEL = 8;

async function exportBlocks(dir: string, connection: Connection): Promise<{ blocks: number; written: number }> {
  const client = connect(connection);
  const { height } = await client.get<{ height: number }>('/ledger');
  mkdirSync(dir, { recursive: true });
  const there = new Set(readdirSync(dir));
  const wanted = Array.from({ length: height }, (_, n) => n).filter((n) => !there.has(`block_${n}.pb`));
  const bar = progress('blocks', wanted.length);
  let written = 0;
  const next = wanted.values();
  const fetchOn = async () => {
    for (const n of next) {
      const bytes = await client.bytes(`/ledger/blocks/${n}`, 'application/octet-stream');
      const file = join(dir, `block_${n}.pb`);
      // Beside first, so that a file of that name is a whole block, and an export that broke off goes on where it ended.
      writeFileSync(`${file}.part`, bytes);
      renameSync(`${file}.part`, file);
      written += 1;
      bar.to(written);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, fetchOn));
  } finally {
    bar.end();
  }
  return { blocks: height, written };
}

async function verifyDirectory(dir: string, trustDir: string): Promise<ChainReport> {
  const files = blockFiles(dir);
  const bar = progress('verify', files.length);
  let done = 0;
  try {
    const trust = await readTrust(trustDir);
    return await verifyChain(blocks(dir, files), trust, {
      progress: () => {
        done += 1;
        bar.to(done);
      },
    });
  } catch (error) {
    // A trust directory that cannot be read is a verdict too, and no crash.
    if (error instanceof EvidenceError) throw new CliError('FILE_UNREADABLE', error.message);
    throw error;
  } finally {
    bar.end();
  }
}

function* blocks(dir: string, files: readonly string[]): Generator<Uint8Array> {
  for (const file of files) yield readFileSync(join(dir, file));
}

/** In the blocks' order: by the number that ends the name (`block_12.pb`, `mychannel_12.block`), or else by the number inside. */
function blockFiles(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => /\.(pb|block)$/.test(name));
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${dir}: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (names.length === 0) throw new CliError('FILE_UNREADABLE', `${dir}: *.pb, *.block`);
  const named = names.map((name) => [name, /(\d+)\.(pb|block)$/.exec(name)?.[1]] as const);
  const numbered = named.every(([, n]) => n !== undefined)
    ? named.map(([name, n]) => [name, BigInt(n as string)] as const)
    : names.map((name) => [name, numberInside(join(dir, name))] as const);
  return numbered.sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([name]) => name);
}

function numberInside(file: string): bigint {
  try {
    return readBlock(readFileSync(file)).number;
  } catch {
    throw new CliError('FILE_UNREADABLE', file);
  }
}

function exitOf({ ok, failure, blocks }: ChainReport): 0 | 1 | 2 {
  if (ok) return 0;
  return blocks === 0 && (failure?.code === 'MALFORMED' || failure?.code === 'EMPTY' || failure?.code === 'TRUST') ? 2 : 1;
}

function renderChain(report: ChainReport): string {
  const { ok, channel, from, to, headerHash, blocks, transactions, codes, signatures, recomputed, stated, commitHashes, failure } = report;
  const row = (zh: string, en: string, value: string | number | undefined) =>
    value === undefined || value === '' ? [] : [`${t({ zh, en })}: ${value}`];
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  return [
    ok ? t({ zh: '已证明', en: 'Proven' }) : t({ zh: '未能证明', en: 'Not proven' }),
    ...(failure
      ? [
          `${t({ zh: '区块', en: 'block' })} ${failure.block ?? '-'}${failure.tx === undefined ? '' : `, ${t({ zh: '交易', en: 'transaction' })} ${failure.tx}`}: ${failure.code}: ${failure.reason[language]}`,
        ]
      : []),
    ...row('通道', 'channel', channel),
    ...row('区块', 'blocks', blocks === 0 ? '0' : `${blocks} (${from}–${to})`),
    ...row('末块头哈希', 'last header hash', headerHash),
    ...row('交易', 'transactions', `${transactions}${transactions ? ` (${list(codes)})` : ''}`),
    ...row('验证码重新计算', 'codes recomputed', recomputed),
    ...row('验证码仅为记载', 'codes as stated', list(stated)),
    ...row('已核签名', 'signatures checked', signatures),
    ...row('已核提交哈希', 'commit hashes checked', commitHashes),
    ...report.notAnchored.map((open) => `– ${notAnchored[open][language]}`),
  ].join('\n');
}
