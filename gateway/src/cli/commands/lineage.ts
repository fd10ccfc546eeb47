import type { Command } from 'commander';
import { assetId } from '../assetId.js';
import { type Connection, connect } from '../client.js';
import { drawLineage, type LineageAnswer } from '../lineage.js';
import { json, out, t } from '../terminal.js';

interface Options {
  readonly direction?: string;
  readonly depth?: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

/** `drl lineage`: what an asset was made of, and what was made of it. */
export function lineageCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('lineage <asset>')
    .description(t({ zh: '一项资源取自哪些数据、又用于生成哪些数据', en: 'what an asset was made of, and what was made of it' }))
    .option('--direction <way>', t({ zh: 'upstream、downstream 或 both', en: 'upstream, downstream or both' }))
    .option('--depth <n>', t({ zh: '最多多少步', en: 'how many steps at most' }))
    .option('--as-of <block>', t({ zh: '截至某区块', en: 'as the ledger stood after that block' }))
    .option('--json')
    .addHelpText('after', '\n  drl lineage HJ-001 --direction downstream --as auditor')
    .action(async (asset: string, { direction, depth, asOf, json: asJson }: Options, command: Command) => {
      const client = connect(connection(command));
      const id = await assetId(client, asset);
      const asked = Object.entries({ direction, depth, asOfBlock: asOf }).filter(([, value]) => value !== undefined) as [string, string][];
      const lineage = await client.get<LineageAnswer>(`/assets/${encodeURIComponent(id)}/lineage?${new URLSearchParams(asked)}`);
      if (asJson) json(lineage);
      else out(drawLineage(lineage));
    });
}
