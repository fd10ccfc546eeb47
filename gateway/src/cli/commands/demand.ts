import { readFileSync } from 'node:fs';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { type Client, type Connection, connect } from '../client.js';
import { type DemandAnswer, demandsTable, drawDemand, drawSimilar, type SimilarAnswer } from '../demandText.js';
import { CliError } from '../errors.js';
import { json, out, say, t } from '../terminal.js';

/** `drl demand`: say what is needed, after a look at who has it or asks for it already; follow it, join another's, put it to an owner. */

interface Said {
  readonly want?: string;
  readonly element?: readonly string[];
  readonly theme?: string;
  readonly purpose?: string;
  readonly basis?: string;
  readonly neededBy?: string;
  readonly frequency?: string;
  readonly rows?: string;
  readonly json?: boolean;
}

const EXAMPLE =
  '--want 核对参保人户籍 --element 姓名 --element 出生日期:date --theme population --purpose dpv:IdentityVerification --basis 社会保险法第七十四条 --needed-by 2026-12-31';

export function demandCommands(program: Command, connection: (command: Command) => Connection): void {
  const group = program.command('demand').description(t({ zh: '数据需求', en: 'demands: what a department needs' }));
  const client = (command: Command) => connect(connection(command));

  describing(
    group
      .command('check [file]')
      .description(t({ zh: '提出前先查：谁已提出、谁可能有', en: 'before filing: who asks for it, who may have it' })),
  )
    .addHelpText('after', '\n  drl demand check --want 核对参保人户籍 --element 姓名 --as social-insurance-consumer')
    .action(async (file: string | undefined, options: Said, command: Command) => {
      const found = await similar(client(command), draftOf(file, options));
      if (options.json) json(found);
      else out(drawSimilar(found));
    });

  describing(
    group
      .command('file [file]')
      .description(t({ zh: '提出需求（有可能重复的，先列出）', en: 'file a demand; likely duplicates are shown first' })),
  )
    .option('--anyway', t({ zh: '虽有相似的仍然提出', en: 'though there are likely duplicates' }))
    .addHelpText(
      'after',
      `\n  drl demand file ${EXAMPLE} --as social-insurance-consumer\n  drl demand file need.yaml --as social-insurance-consumer`,
    )
    .action(async (file: string | undefined, options: Said & { readonly anyway?: boolean }, command: Command) => {
      const asked = client(command);
      const draft = draftOf(file, options);
      const found = await similar(asked, draft);
      if (!options.anyway && found.demands.some(({ likely }) => likely)) {
        say(drawSimilar(found));
        throw new CliError('LIKELY_DUPLICATE', found.demands[0]?.demand.id);
      }
      const demand = await post<DemandAnswer>(asked, '/demands', draft);
      if (options.json) json(demand);
      else out(drawDemand(demand));
    });

  group
    .command('list')
    .description(t({ zh: '列出需求', en: 'list demands' }))
    .option('--status <status>', 'open, matched, rejected, withdrawn, fulfilled, expired')
    .option('--by <department>', t({ zh: '需求部门', en: 'the department that asks' }))
    .option('--owner <department>', t({ zh: '匹配到的提供部门', en: 'the department that it is put to' }))
    .option('-q, --words <text>', t({ zh: '其中的词', en: 'words in it' }))
    .option('--json')
    .addHelpText('after', '\n  drl demand list --status open --as manager')
    .action(async (options: { status?: string; by?: string; owner?: string; words?: string; json?: boolean }, command: Command) => {
      const { status, by, owner, words: q } = options;
      const filter = Object.entries({ status, by, owner, q }).filter(([, value]) => value !== undefined) as [string, string][];
      const page = await client(command).get<{ items: DemandAnswer[] }>(`/demands?${new URLSearchParams([...filter, ['limit', '200']])}`);
      if (options.json) json(page.items);
      else out(demandsTable(page.items));
    });

  group
    .command('show <id>')
    .description(t({ zh: '一项需求，及其未满足的原因', en: 'one demand, and why it is not met' }))
    .option('--json')
    .addHelpText('after', '\n  drl demand show dmd-… --as tax-consumer')
    .action(async (id: string, options: { json?: boolean }, command: Command) => {
      const asked = client(command);
      const demand = await asked.get<DemandAnswer>(`/demands/${encodeURIComponent(id)}`);
      const found = await asked.get<SimilarAnswer>(`/demands/${encodeURIComponent(id)}/similar?limit=5`);
      if (options.json) json({ ...demand, similar: found });
      else out(`${drawDemand(demand)}\n\n${drawSimilar(found)}`);
    });

  const step = (
    name: string,
    description: string,
    body: (options: Record<string, string>) => object,
    flags: readonly [string, string][],
  ) => {
    const made = group.command(name).description(description).option('--json');
    for (const [flag, meaning] of flags) made.requiredOption(flag, meaning);
    made.action(async (id: string, options: Record<string, string>, command: Command) => {
      const verb = name.split(' ')[0];
      const answer = await post<{ id: string; status: string }>(
        client(command),
        `/demands/${encodeURIComponent(id)}/${verb}`,
        body(options),
      );
      if (options.json) json(answer);
      else out(`${answer.id}: ${answer.status}`);
    });
    return made;
  };
  const reason: [string, string] = ['--reason <text>', t({ zh: '理由', en: 'why' })];
  step(
    'match <id>',
    t({ zh: '匹配到数据资源及其提供部门', en: 'put a demand to an asset, and so to its owner' }),
    ({ asset }) => ({ asset }),
    [['--asset <id>', t({ zh: '数据资源', en: 'the asset' })]],
  ).addHelpText('after', '\n  drl demand match dmd-… --asset ast-… --as manager');
  step('reject <id>', t({ zh: '不予满足', en: 'say why it is not met' }), ({ reason }) => ({ reason: localized(reason) }), [
    reason,
  ]).addHelpText('after', '\n  drl demand reject dmd-… --reason 本局不掌握该数据 --as household-steward');
  step('withdraw <id>', t({ zh: '撤回', en: 'withdraw a demand' }), ({ reason }) => ({ reason: localized(reason) }), [reason]).addHelpText(
    'after',
    '\n  drl demand withdraw dmd-… --reason 已另行取得 --as tax-consumer',
  );
  step(
    'join <id>',
    t({ zh: '共同提出：以本部门的用途和依据', en: "join another department's demand, on one's own ground" }),
    ({ purpose, basis, neededBy }) => ({ purpose, legalBasis: localized(basis), neededBy: endOfDay(neededBy) }),
    [
      ['--purpose <id>', t({ zh: '用途', en: 'purpose' })],
      ['--basis <text>', t({ zh: '法定依据', en: 'legal basis' })],
      ['--needed-by <day>', t({ zh: '需要日期', en: 'the day by which it is needed' })],
    ],
  ).addHelpText(
    'after',
    '\n  drl demand join dmd-… --purpose dpv:ServiceProvision --basis 契税法第十三条 --needed-by 2026-12-31 --as tax-consumer',
  );
}

function describing(command: Command): Command {
  return command
    .option('--want <text>', t({ zh: '需要什么', en: 'what is needed' }))
    .option(
      '--element <name[:type]>',
      t({ zh: '数据项，可多次', en: 'an element; may be given more than once' }),
      (value, all: string[] = []) => [...all, value],
    )
    .option('--theme <id>', t({ zh: '主题', en: 'theme' }))
    .option('--purpose <id>', t({ zh: '用途', en: 'purpose' }))
    .option('--basis <text>', t({ zh: '法定依据', en: 'legal basis' }))
    .option('--needed-by <day>', t({ zh: '需要日期', en: 'the day by which it is needed' }))
    .option('--frequency <duration>', t({ zh: '频率，如 P1M', en: 'how often, e.g. P1M' }))
    .option('--rows <n>', t({ zh: '每次约多少行', en: 'about how many rows each time' }))
    .option('--json');
}

/** The file's fields (YAML or JSON, as POST /demands takes them), and over them what the options say. */
function draftOf(file: string | undefined, options: Said): object {
  const { want, element, theme, purpose, basis, neededBy, frequency, rows } = options;
  const given = {
    want: want && localized(want),
    elements: element?.map(elementOf),
    theme,
    purpose,
    legalBasis: basis && localized(basis),
    neededBy: neededBy && endOfDay(neededBy),
    frequency,
    rows: rows && Number(rows),
  };
  const members = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...(file === undefined ? {} : read(file)), ...Object.fromEntries(members) };
}

function read(file: string): object {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'), { schema: 'core' });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new CliError('FILE_UNREADABLE', `${file}: ${(error as NodeJS.ErrnoException).code ?? 'YAML'}`);
  }
  throw new CliError('FILE_UNREADABLE', file);
}

function elementOf(given: string): { name: string; type?: string } {
  const [, name = given, type] = /^(.+):([a-z]+)$/.exec(given) ?? [];
  return { name, ...(type === undefined ? {} : { type }) };
}

function localized(text: string | undefined): Localized {
  return /\p{Script=Han}/u.test(text ?? '') ? { zh: text } : { en: text };
}

const endOfDay = (day: string | undefined): string | undefined => (/^\d{4}-\d{2}-\d{2}$/.test(day ?? '') ? `${day}T23:59:59.999Z` : day);

const similar = (client: Client, draft: object): Promise<SimilarAnswer> => {
  const { want, elements, theme } = draft as Record<string, unknown>;
  return post(client, '/demands:similar', { want, elements, theme });
};

async function post<T>(client: Client, path: string, body: object): Promise<T> {
  return (await (await client.send(path, JSON.stringify(body), { 'Content-Type': 'application/json' })).json()) as T;
}
