import type { Command } from 'commander';
import { assetId } from '../assetId.js';
import { type Client, type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, t } from '../terminal.js';
import { drawTrace, type TraceAnswer } from '../timeline.js';

/** `drl trace`: everything about one asset, drawn as a timeline. */
export function traceCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('trace <asset>')
    .description(t({ zh: '一项资源的来龙去脉', en: 'everything that happened to one asset' }))
    .option('--as-of <block>', t({ zh: '截至某区块', en: 'as the ledger stood after that block' }))
    .option('--limit <n>', t({ zh: '最多多少笔共享', en: 'how many shares at most' }), '200')
    .option('--all', t({ zh: '每笔共享一行', en: 'a line for each share' }))
    .option('--json')
    .addHelpText(
      'after',
      `\n  drl trace HJ-001 --as auditor\n\n  ${t({ zh: 'ASSET 是编号、目录编码或标题中的词', en: 'ASSET is an id, a catalogue code, or words of its title' })}`,
    )
    .action(async (asset: string, options: { asOf?: string; limit: string; all?: boolean; json?: boolean }, command: Command) => {
      const client = connect(connection(command));
      const trace = await readTrace(client, await assetId(client, asset), Number(options.limit), options.asOf);
      if (options.json) json(trace);
      else out(drawTrace(trace, options.all ? { all: true } : {}));
    });
}

/** Pages of one answer: all as of the block of the first. */
async function readTrace(client: Client, id: string, limit: number, asOf: string | undefined): Promise<TraceAnswer> {
  if (!Number.isInteger(limit) || limit < 1) throw new CliError('USAGE', '--limit');
  const page = (cursor?: string) => {
    const query = new URLSearchParams({
      limit: String(Math.min(200, limit)),
      ...(asOf ? { asOfBlock: asOf } : {}),
      ...(cursor ? { cursor } : {}),
    });
    return client.get<TraceAnswer>(`/audit/trace/${encodeURIComponent(id)}?${query}`);
  };
  let answer = await page();
  while (answer.nextCursor && answer.shares.length < limit) {
    const next = await page(answer.nextCursor);
    answer = { ...answer, shares: [...answer.shares, ...next.shares], nextCursor: next.nextCursor };
  }
  return answer;
}
