import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Plan, PlanItem } from '@drl/chaincode/model/records/plan';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import type { ItemProgress } from '../../plans/progress.js';
import { type Client, type Connection, connect } from '../client.js';
import { CliError } from '../errors.js';
import { json, out, plain, t, table } from '../terminal.js';

interface Progress {
  readonly plan: string;
  readonly version: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly ItemProgress[];
}

/** `drl plan`: a department's plan of a year, how far it has come, and its making and revising from a table. */
export function planCommands(program: Command, connection: (command: Command) => Connection): void {
  const plan = program.command('plan').description(t({ zh: '行动计划', en: 'plans of a year' }));
  plan
    .command('show <department> <year>')
    .description(t({ zh: '计划及其进度', en: 'a plan, and how far it has come' }))
    .option('--as-of <block>', t({ zh: '截至某区块', en: 'as the ledger stood after that block' }))
    .option('--json')
    .addHelpText('after', '\n  drl plan show household 2026 --as manager')
    .action(async (department: string, year: string, { asOf, json: asJson }: { asOf?: string; json?: boolean }, command: Command) => {
      const client = connect(connection(command));
      const found = await planOf(client, department, year);
      if (found === undefined) throw new CliError('NOT_FOUND', `${department} ${year}`);
      const progress = await client.get<Progress>(`/plans/${found.id}/progress${asOf ? `?asOfBlock=${encodeURIComponent(asOf)}` : ''}`);
      if (asJson) return json(progress);
      out(
        `${progress.plan} v${progress.version}: ${Object.entries(progress.counts)
          .map(([name, n]) => `${t(standings[name] ?? { zh: name, en: name })} ${n}`)
          .join(', ')}\n`,
      );
      out(
        table(
          progress.items.map((item) => [
            item.name,
            t(standings[item.standing]),
            item.kind,
            item.dueAt,
            plain(item.title.zh ?? item.title.en ?? ''),
            item.shownBy?.id ?? '',
          ]),
        ),
      );
    });
  plan
    .command('put <file>')
    .description(
      t({ zh: '按表格制定或修订本部门的计划（CSV 或 JSON）', en: 'make or revise the own department’s plan from a table (CSV or JSON)' }),
    )
    .requiredOption('--year <year>', t({ zh: '年度', en: 'its year' }))
    .option('--reason <text>', t({ zh: '修订理由', en: 'why it is revised' }))
    .option('--json')
    .addHelpText(
      'after',
      `\n  drl plan put plan.csv --year 2026 --as household-steward\n\n  ${t({ zh: 'CSV 的列', en: 'columns of a CSV' })}: name, kind (collect, share, apply), title_zh, title_en, asset, demand, dueAt`,
    )
    .action(async (file: string, options: { year: string; reason?: string; json?: boolean }, command: Command) => {
      const client = connect(connection(command));
      const items = itemsOf(file);
      const { department } = await client.get<{ department: string }>('/me');
      const existing = await planOf(client, department, options.year);
      const reason = options.reason === undefined ? {} : { reason: { zh: options.reason } };
      const [path, body] = existing
        ? [`/plans/${existing.id}/revise`, { items, ...reason }]
        : ['/plans', { year: Number(options.year), items }];
      const answer = (await (await client.send(path, JSON.stringify(body), { 'Content-Type': 'application/json' })).json()) as Plan;
      if (options.json) json(answer);
      else out(`${answer.id} v${answer.version}`);
    });
}

const standings: Readonly<Record<string, { zh: string; en: string }>> &
  Readonly<Record<ItemProgress['standing'], { zh: string; en: string }>> = {
  open: { zh: '进行中', en: 'open' },
  kept: { zh: '按期完成', en: 'kept' },
  late: { zh: '逾期完成', en: 'late' },
  missed: { zh: '逾期未完成', en: 'missed' },
};

async function planOf(client: Client, department: string, year: string): Promise<Plan | undefined> {
  return (await client.get<{ items: Plan[] }>(`/plans?${new URLSearchParams({ department, year })}`)).items[0];
}

/** What is wrong with an item is the service's to say, field by field. */
function itemsOf(file: string): Partial<PlanItem>[] {
  try {
    const text = readFileSync(file, 'utf8');
    if (/^\.json$/i.test(extname(file))) return JSON.parse(text) as PlanItem[];
    return (parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true }) as Record<string, string>[]).map(itemOf);
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${file}: ${(error as Error).message}`);
  }
}

function itemOf({ title_zh: zh, title_en: en, ...row }: Record<string, string>): Partial<PlanItem> {
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ''));
  return { ...given, title: { ...(zh ? { zh } : {}), ...(en ? { en } : {}) } } as Partial<PlanItem>;
}
