import type { Localized } from '@drl/chaincode/model/records/common';
import type { Dispute } from '@drl/chaincode/model/records/dispute';
import { type Feedback, feedbackDimension, feedbackSeverity } from '@drl/chaincode/model/records/feedback';
import type { Rating } from '@drl/chaincode/model/records/rating';
import { statuses } from '@drl/chaincode/model/words';
import { type Command, Option } from 'commander';
import { assetId } from '../assetId.js';
import { type Client, type Connection, connect } from '../client.js';
import { json, language, out, plain, t, table } from '../terminal.js';

interface Raised {
  readonly say?: string;
  readonly dimension: string;
  readonly severity: string;
  readonly json?: boolean;
}

/** `drl feedback`, `drl rate`, `drl disputes`, `drl dispute`: what is said of data, and what is not agreed on. */
export function complaintCommands(program: Command, connection: (command: Command) => Connection): void {
  program
    .command('feedback <asset>')
    .description(t({ zh: '一项资源的质量反馈与评分，或提出反馈', en: 'what is said of the quality of an asset; or say it' }))
    .option('--say <text>', t({ zh: '提出反馈：问题是什么', en: 'raise feedback: what is wrong' }))
    .addOption(new Option('--dimension <name>').choices(feedbackDimension.options).default('inaccurate'))
    .addOption(new Option('--severity <name>').choices(feedbackSeverity.options).default('minor'))
    .option('--json')
    .addHelpText('after', '\n  drl feedback SB-001 --as education-consumer --dimension stale --say "Last updated in March"')
    .action(async (asset: string, { say, dimension, severity, json: raw }: Raised, command: Command) => {
      const client = connect(connection(command));
      const id = await assetId(client, asset);
      if (say !== undefined) {
        const raised = await post<Feedback>(client, '/feedback', { asset: id, dimension, severity, description: { [language]: say } });
        return raw ? json(raised) : out(`${raised.id}  ${raised.dueAt.slice(0, 10)}`);
      }
      const [{ items: feedback }, { items: ratings }] = await Promise.all([
        client.get<{ items: Feedback[] }>(`/feedback?limit=200&asset=${id}`),
        client.get<{ items: Rating[] }>(`/ratings?limit=200&asset=${id}`),
      ]);
      if (raw) json({ feedback, ratings });
      else showFeedback(feedback, ratings);
    });
  program
    .command('rate <share> <score>')
    .description(t({ zh: '为已签收的共享评分（1–5）', en: 'rate a share that you acknowledged, 1 to 5' }))
    .option('--comment <text>')
    .option('--json')
    .addHelpText('after', '\n  drl rate shr-0123456789abcdef01234567 4 --as education-consumer')
    .action(async (share: string, score: string, { comment, json: raw }: { comment?: string; json?: boolean }, command: Command) => {
      const said = { share, score: Number(score), ...(comment === undefined ? {} : { comment: { [language]: comment } }) };
      const rating = await post<Rating>(connect(connection(command)), '/ratings', said);
      return raw ? json(rating) : out(`${rating.id}  ${rating.month}`);
    });
  program
    .command('disputes')
    .description(t({ zh: '与本部门有关的争议', en: 'the disputes that you may see' }))
    .option('--status <status>')
    .option('--json')
    .addHelpText('after', '\n  drl disputes --as tax-steward --status mediation')
    .action(async ({ status, json: raw }: { status?: string; json?: boolean }, command: Command) => {
      const query = new URLSearchParams({ limit: '200', ...(status === undefined ? {} : { status }) });
      const { items } = await connect(connection(command)).get<{ items: Dispute[] }>(`/disputes?${query}`);
      if (raw) json(items);
      else if (items.length > 0)
        out(
          table(
            items.map((one) => [one.id, word(one.status), one.dueAt.slice(0, 10), `${one.claimant} → ${one.respondent}`, said(one.claim)]),
          ),
        );
    });
  program
    .command('dispute <id>')
    .description(t({ zh: '一项争议的全部陈述与裁决', en: 'all that was said in a dispute, and its ruling' }))
    .option('--json')
    .addHelpText('after', '\n  drl dispute dsp-0123456789abcdef01234567 --as manager')
    .action(async (id: string, { json: raw }: { json?: boolean }, command: Command) => {
      const dispute = await connect(connection(command)).get<Dispute>(`/disputes/${encodeURIComponent(id)}`);
      if (raw) json(dispute);
      else showDispute(dispute);
    });
}

function showFeedback(feedback: readonly Feedback[], ratings: readonly Rating[]): void {
  if (feedback.length > 0)
    out(
      table(
        feedback.map((one) => [one.id, word(one.status), one.dueAt.slice(0, 10), one.by, `${one.dimension}: ${said(one.description)}`]),
      ),
    );
  const mean = ratings.reduce((sum, { score }) => sum + score, 0) / ratings.length;
  if (ratings.length > 0)
    out(t({ zh: `评分 ${mean.toFixed(1)}（${ratings.length} 次）`, en: `rated ${mean.toFixed(1)} in ${ratings.length}` }));
}

function showDispute({ claimant, respondent, claim, created, statements, status, dueAt, ruling, remedy, decided }: Dispute): void {
  out(`${claimant} → ${respondent}  ${word(status)}  ${dueAt.slice(0, 10)}`);
  const lines = [[created.at, claimant, said(claim)]];
  for (const { stamp, text, evidence } of statements) {
    if (text) lines.push([stamp.at, stamp.department, said(text)]);
    for (const { hash, note } of evidence) lines.push([stamp.at, stamp.department, `${said(note)} ${hash.slice(0, 16)}…`]);
  }
  if (decided && ruling) lines.push([decided.at, decided.department, [said(ruling), ...(remedy ? [said(remedy)] : [])].join(' ')]);
  out(table(lines.map(([at = '', by = '', text = '']) => [`  ${at.slice(0, 16)}`, by, text])));
}

const said = (text: Localized) => plain(text[language] ?? text.zh ?? text.en ?? '');
const word = (status: string) => (language === 'zh' ? (statuses[status] ?? status) : status);

async function post<T>(client: Client, path: string, body: unknown): Promise<T> {
  return (await client.send(path, JSON.stringify(body), { 'Content-Type': 'application/json' })).json() as Promise<T>;
}
