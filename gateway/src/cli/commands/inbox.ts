import type { Command } from 'commander';
import { type Client, type Connection, connect } from '../client.js';
import { json, language, out, plain, t, table } from '../terminal.js';

type Texts = { readonly zh: string; readonly en: string };
interface Inbox {
  readonly items: readonly { readonly at: string; readonly block: number; readonly text: Texts; readonly read: boolean }[];
  readonly waiting: readonly {
    readonly urgency: 'open' | 'near' | 'overdue';
    readonly dueAt?: string;
    readonly since: string;
    readonly text: Texts;
    readonly subject: { readonly id: string };
    readonly call: string;
  }[];
  readonly unread: number;
  readonly asOf: { readonly block: number };
}

const URGENCY: Readonly<Record<string, Texts>> = {
  overdue: { zh: '逾期', en: 'overdue' },
  near: { zh: '将到期', en: 'near' },
  open: { zh: '待办', en: 'open' },
};

/** `drl inbox`: what waits for the caller's department, and what it was told. */
export function inboxCommands(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('inbox')
    .description(t({ zh: '本部门的待办与通知', en: 'what waits for your department, and what it was told' }))
    .option('--read', t({ zh: '全部标为已读', en: 'mark everything as read' }))
    .option('--json')
    .addHelpText('after', '\n  drl inbox --as household-steward')
    .action(async (options: { read?: boolean; json?: boolean }, command: Command) => {
      const client = connect(connection(command));
      const inbox = await client.get<Inbox>('/inbox?limit=20');
      if (options.read) await post(client, '/inbox/read', { through: inbox.asOf.block });
      if (options.json) return json(inbox);
      show(inbox);
    });
  const webhook = program.command('webhook').description(t({ zh: '以 HTTP 通知本部门', en: 'tell your department by HTTP, signed' }));
  webhook
    .command('add <url>')
    .description(t({ zh: '登记地址；密钥只显示一次', en: 'register an address; its secret is shown once' }))
    .option('--json')
    .addHelpText('after', '\n  drl webhook add https://notify.example/drl --as household-steward')
    .action(async (url: string, options: { json?: boolean }, command: Command) => {
      const made = await post<{ id: string; secret: string }>(connect(connection(command)), '/webhooks', { url });
      if (options.json) json(made);
      else out(`${made.id}\n${made.secret}`);
    });
  webhook
    .command('list')
    .description(t({ zh: '列出各地址及其状态', en: 'the addresses, and how they do' }))
    .option('--json')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { items } = await connect(connection(command)).get<{ items: { id: string; status: string; url: string }[] }>('/webhooks');
      if (options.json) json(items);
      else out(table(items.map(({ id, status, url }) => [id, status, plain(url)])));
    });
  for (const [verb, texts] of Object.entries(STEPS))
    webhook
      .command(`${verb} <id>`)
      .description(t(texts))
      .option('--json')
      .action(async (id: string, _options: unknown, command: Command) => {
        json(await post(connect(connection(command)), `/webhooks/${encodeURIComponent(id)}/${verb}`, {}));
      });
}

const STEPS: Readonly<Record<string, Texts>> = {
  test: { zh: '发送一条测试消息', en: 'send a message that means nothing' },
  resume: { zh: '恢复已停止的通知', en: 'go on where a stopped one ended' },
  remove: { zh: '不再通知该地址', en: 'tell it no more' },
};

async function post<T>(client: Client, path: string, body: unknown): Promise<T> {
  return (await client.send(path, JSON.stringify(body), { 'Content-Type': 'application/json' })).json() as Promise<T>;
}

function show({ waiting, items, unread }: Inbox): void {
  out(t({ zh: `待办 ${waiting.length} 项`, en: `${waiting.length} waiting` }));
  if (waiting.length > 0)
    out(
      table(
        waiting.map(({ urgency, dueAt, since, text, subject }) => [
          `  ${t(URGENCY[urgency] as Texts)}`,
          (dueAt ?? since).slice(0, 10),
          plain(text[language]),
          subject.id,
        ]),
      ),
    );
  out(t({ zh: `通知，未读 ${unread} 条`, en: `told, ${unread} unread` }));
  if (items.length > 0) out(table(items.map(({ at, text, read }) => [read ? '  ' : '  •', at.slice(0, 16), plain(text[language])])));
}
