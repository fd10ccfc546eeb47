import type { Command } from 'commander';
import type { Figure } from '../../indicators/figure.js';
import type { Indicators } from '../../indicators/reader.js';
import { type Connection, connect } from '../client.js';
import { json, out, plain, t, table } from '../terminal.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly department?: string;
  readonly asOf?: string;
  readonly definitions?: boolean;
  readonly breakdown?: string;
  readonly json?: boolean;
}

/** `drl indicators`: the evaluation indicators, as of any block. */
export function indicatorsCommand(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('indicators')
    .description(t({ zh: '评价指标（由账本重新计算）', en: 'the evaluation indicators, recomputed from the ledger' }))
    .option('--from <time>', t({ zh: '期间的开始', en: 'beginning of the period' }))
    .option('--to <time>', t({ zh: '期间的结束', en: 'end of the period' }))
    .option('--department <id>', t({ zh: '某一部门', en: 'of one department' }))
    .option('--as-of <block>', t({ zh: '截至某区块', en: 'as the ledger stood after that block' }))
    .option('--definitions', t({ zh: '连同定义', en: 'with what each means' }))
    .option('--breakdown <id>', t({ zh: '某项指标的分列', en: 'the lines beneath one figure' }))
    .option('--json')
    .addHelpText('after', '\n  drl indicators --as manager\n  drl indicators --breakdown shares --from 2026-01-01 --as auditor')
    .action(async ({ asOf, definitions, breakdown, json: asJson, ...query }: Options, command: Command) => {
      const { from, to, department } = query;
      const asked = Object.entries({ from, to, department, asOfBlock: asOf }).filter(([, value]) => value !== undefined) as [
        string,
        string,
      ][];
      const answer = await connect(connection(command)).get<Indicators>(`/indicators?${new URLSearchParams(asked)}`);
      if (asJson) return json(answer);
      out(
        `${t({ zh: '截至区块', en: 'as of block' })} ${answer.asOf.block}, ${answer.at}${answer.department ? `, ${answer.department}` : ''}\n`,
      );
      if (breakdown !== undefined) return out(linesOf(answer.figures.find(({ id }) => id === breakdown)));
      out(table(answer.figures.map((figure) => row(figure, definitions ?? false))));
    });
}

const units = { percent: ' %', count: '', rows: '', days: t({ zh: ' 天', en: ' days' }), score: '' };

function row({ id, name, value, unit, numerator, denominator, comparison, definition }: Figure, defined: boolean): string[] {
  const counted = numerator !== undefined && denominator !== undefined ? `${numerator} / ${denominator}` : '';
  const country = comparison === undefined ? '' : `${t({ zh: '全国', en: 'country' })} ${comparison.value}${units[unit]}`;
  return [id, t(name), value === null ? '–' : `${value}${units[unit]}`, counted, country, ...(defined ? [t(definition)] : [])];
}

function linesOf(figure: Figure | undefined): string {
  const lines = figure?.breakdown ?? [];
  const [first] = lines;
  if (first === undefined) return t({ zh: '没有分列', en: 'nothing beneath it' });
  return table([Object.keys(first), ...lines.map((line) => Object.values(line).map((value) => plain(String(value ?? '–'))))]);
}
