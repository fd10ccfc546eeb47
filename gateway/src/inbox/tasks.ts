import type { Localized } from '@drl/chaincode/model/records/common';
import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import { disputeStatus, shareHalfOpen } from '@drl/chaincode/model/rules/derive';
import { isStopped } from '../lineage/upstream.js';
import type { Filters, ReadModel } from '../readmodel/readmodel.js';
import { FINDING, findingTasks } from './findings.js';
import type { Reader, Task } from './task.js';

/** Of each kind of task as many are shown; an inbox with more has other troubles than their number. */
const LIMIT = 200;
const DAY_MS = 86_400_000;
const NEAR_MS = 3 * DAY_MS;
/** A grant that ends within a month is renewed now: its decision alone may take two working weeks. */
const ENDING_MS = 30 * DAY_MS;

interface Source<K extends RecordKind = RecordKind> {
  readonly task: string;
  readonly record: K;
  /** Undefined: nothing for this reader. */
  readonly filter: (reader: Reader) => Filters[K] | undefined;
  readonly dueAt?: (record: LedgerRecord) => string | undefined;
  readonly if?: (record: LedgerRecord, reader: Reader, readModel: ReadModel) => boolean | Promise<boolean>;
  readonly text: Required<Localized>;
  readonly call: string;
}

function source<K extends RecordKind>(
  declared: Omit<Source<K>, 'dueAt' | 'if'> & {
    readonly dueAt?: (record: Extract<LedgerRecord, { kind: K }>) => string | undefined;
    readonly if?: (record: Extract<LedgerRecord, { kind: K }>, reader: Reader, readModel: ReadModel) => boolean | Promise<boolean>;
  },
): Source {
  return declared as unknown as Source;
}

const managers =
  <F>(filter: F) =>
  ({ manages }: Reader) =>
    manages ? filter : undefined;

const sources: readonly Source[] = [
  source({
    ...{ task: 'decide-request', record: 'grant', call: 'POST /grants/{id}/approve · refuse · return' },
    filter: ({ department }) => ({ assigner: department, status: 'requested' }),
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '待审批的使用申请', en: 'A request for a grant waits for your decision' },
  }),
  source({
    ...{ task: 'decide-escalated', record: 'grant', call: 'POST /grants/{id}/approve · refuse' },
    filter: ({ department, manages }) => (manages ? { status: 'escalated' } : { assigner: department, status: 'escalated' }),
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '逾期未决的使用申请，主管部门亦可决定', en: 'A request is past its deadline: the manager may decide it too' },
  }),
  source({
    ...{ task: 'amend-request', record: 'grant', call: 'POST /grants/{id}/resubmit · withdraw' },
    filter: ({ department }) => ({ assignee: department, status: 'returned' }),
    text: { zh: '被退回、待修改的使用申请', en: 'Your request was returned to be amended' },
  }),
  source({
    ...{ task: 'renew-grant', record: 'grant', call: 'POST /grants (renews: {id})' },
    filter: ({ department }) => ({ assignee: department, status: 'active' }),
    if: ({ constraints: { validTo } }, { at }) => validTo !== undefined && Date.parse(validTo) - Date.parse(at) < ENDING_MS,
    dueAt: ({ constraints: { validTo } }) => validTo,
    text: { zh: '即将到期的使用授权', en: 'A grant of yours ends soon' },
  }),
  source({
    ...{ task: 'acknowledge-share', record: 'share', call: 'POST /shares/{id}/acknowledge' },
    filter: ({ department }) => ({ consumer: department, status: 'committed' }),
    dueAt: ({ answerDueAt }) => answerDueAt,
    text: { zh: '待签收的共享数据', en: 'Data that was sent to you waits for your receipt' },
  }),
  source({
    ...{ task: 'finish-delivery', record: 'share', call: 'POST /shares with share: {id} · POST /shares/{id}/void' },
    filter: ({ department }) => ({ provider: department, status: 'opened' }),
    if: (share, { at }) => shareHalfOpen(share, at),
    dueAt: ({ answerDueAt }) => answerDueAt,
    text: { zh: '中断未完的数据交付', en: 'A delivery of yours was cut off' },
  }),
  source({
    ...{ task: 'resolve-mismatch', record: 'share', call: 'POST /shares/{id}/resolve · void' },
    filter: ({ department }) => ({ party: department, status: 'mismatched' }),
    text: { zh: '收发摘要不一致的共享', en: 'What was sent and what was received do not match' },
  }),
  source({
    ...{ task: 'answer-offer', record: 'right', call: 'POST /rights/{id}/accept · decline' },
    filter: ({ department }) => ({ offeredTo: department }),
    if: ({ status }) => status === 'confirmed',
    text: { zh: '待受让的数据权利', en: 'A right is offered to you' },
  }),
  source({
    ...{ task: 'confirm-ownership', record: 'right', call: 'POST /rights/{id}/confirm · decline' },
    filter: managers({ status: 'claimed' }),
    if: ({ rightType }) => rightType === 'ownership',
    text: { zh: '待确认的数据归属', en: 'A claim of ownership waits for your confirmation' },
  }),
  source({
    ...{ task: 'rule-contest', record: 'contest', call: 'POST /rights/{id}/confirm · decline' },
    filter: managers({ status: 'open' }),
    text: { zh: '待裁决的权利异议', en: 'An objection to a right waits for your ruling' },
  }),
  source({
    ...{ task: 'contested-right', record: 'contest', call: 'GET /rights/{id}' },
    filter: () => ({ status: 'open' }),
    if: ({ holder, by }, { department }) => holder === department || by === department,
    text: { zh: '本部门有关的权利异议尚未裁决', en: 'An objection to a right of yours, or by you, is not ruled on yet' },
  }),
  source({
    ...{ task: 'update-asset', record: 'asset', call: 'PATCH /assets/{id}' },
    filter: ({ department }) => ({ publisher: department, overdue: true }),
    text: { zh: '逾期未更新的数据资源', en: 'An asset is past its declared period of update' },
  }),
  source({
    ...{ task: 'input-suspended', record: 'derivation', call: 'GET /assets/{id}/lineage · POST /derivations' },
    filter: ({ department }) => ({ publisher: department }),
    if: (derivation, _reader, readModel) => isStopped(readModel, derivation),
    text: {
      zh: '上游数据或授权已暂停、停用或撤销的衍生数据',
      en: 'Data of yours was made of data that is now suspended, retired or revoked',
    },
  }),
  source({
    ...{ task: 'answer-feedback', record: 'feedback', call: 'POST /feedback/{id}/accept · contest' },
    filter: ({ department }) => ({ publisher: department }),
    if: ({ status }) => status === 'raised',
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '待答复的数据质量反馈', en: 'Feedback on the quality of your data waits for your answer' },
  }),
  source({
    ...{ task: 'fix-feedback', record: 'feedback', call: 'POST /feedback/{id}/fix' },
    filter: ({ department }) => ({ publisher: department }),
    if: ({ status }) => status === 'accepted',
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '待整改的数据质量问题', en: 'A fault in your data waits to be fixed' },
  }),
  source({
    ...{ task: 'confirm-fix', record: 'feedback', call: 'POST /feedback/{id}/confirm · reopen' },
    filter: ({ department }) => ({ by: department }),
    if: ({ status }) => status === 'fixed',
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '待确认的整改结果', en: 'What you reported is said to be fixed: confirm it' },
  }),
  source({
    ...{ task: 'answer-contested-feedback', record: 'feedback', call: 'POST /feedback/{id}/withdraw · POST /disputes' },
    filter: ({ department }) => ({ by: department }),
    if: ({ status }) => status === 'contested',
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '提供方不认可的数据质量反馈', en: 'The publisher contests your feedback' },
  }),
  source({
    ...{ task: 'decide-feedback', record: 'feedback', call: 'POST /feedback/{id}/decide' },
    filter: managers({ status: 'escalated' }),
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '逾期、可由主管部门裁决的数据质量反馈', en: 'Feedback is past its deadline: you may decide it' },
  }),
  source({
    ...{ task: 'answer-dispute', record: 'dispute', call: 'POST /disputes/{id}/answer · escalate' },
    filter: ({ department }) => ({ respondent: department, status: 'opened' }),
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '待答辩的争议', en: 'A dispute with you waits for your answer' },
  }),
  source({
    ...{ task: 'settle-dispute', record: 'dispute', call: 'POST /disputes/{id}/submit · escalate · close' },
    filter: ({ department }) => ({ party: department }),
    if: (dispute, { department, at }) => {
      const status = disputeStatus(dispute, at);
      return status === 'negotiation' || status === 'mediation' || (status === 'opened' && dispute.claimant === department);
    },
    dueAt: ({ dueAt }) => dueAt,
    text: { zh: '本部门有关的争议尚未了结', en: 'A dispute of yours is not settled yet' },
  }),
  source({
    ...{ task: 'close-dispute', record: 'dispute', call: 'POST /disputes/{id}/close' },
    filter: ({ department }) => ({ claimant: department, status: 'decided' }),
    text: { zh: '已裁决、待申诉方结案的争议', en: 'A dispute of yours is decided: close it once the remedy is carried out' },
  }),
  source({
    ...{ task: 'decide-dispute', record: 'dispute', call: 'POST /disputes/{id}/decide' },
    filter: managers({ status: 'mediation' }),
    dueAt: ({ mediationDueAt }) => mediationDueAt,
    text: { zh: '待裁决的争议', en: 'A dispute waits for your ruling' },
  }),
  source({
    ...{ task: 'answer-demand', record: 'demand', call: 'POST /demands/{id}/reject' },
    filter: ({ department }) => ({ owner: department, status: 'matched' }),
    dueAt: ({ neededBy }) => neededBy,
    text: { zh: '转来的数据需求', en: 'A demand was put to you' },
  }),
  source({
    ...{ task: 'ask-for-match', record: 'demand', call: 'POST /grants with demand: {id}' },
    filter: ({ department }) => ({ by: department, status: 'matched' }),
    if: async ({ id }, { department }, readModel) =>
      (await readModel.list('grant', { demand: id, assignee: department }, { limit: 1 })).items.length === 0,
    dueAt: ({ neededBy }) => neededBy,
    text: { zh: '数据需求已对接，待申请授权', en: 'Your demand is matched: ask for the grant' },
  }),
  source({
    ...{ task: 'match-demand', record: 'demand', call: 'POST /demands/{id}/match · reject' },
    filter: managers({ status: 'open' }),
    dueAt: ({ neededBy }) => neededBy,
    text: { zh: '待对接的数据需求', en: 'A demand waits to be matched' },
  }),
  source({
    ...{ task: 'adopt-data-element', record: 'data-element', call: 'POST /data-elements/{id}/adopt · return' },
    filter: managers({ status: 'proposed' }),
    text: { zh: '待审定的数据元', en: 'A data element waits for adoption' },
  }),
  source({
    ...{ task: 'adopt-revision', record: 'data-element', call: 'POST /data-elements/{id}/adopt · return' },
    filter: managers({ revised: true }),
    text: { zh: '待审定的数据元修订', en: 'A revision of a data element waits for adoption' },
  }),
  source({
    ...{ task: 'amend-data-element', record: 'data-element', call: 'POST /data-elements/{id}/revise' },
    filter: ({ department }) => ({ owner: department }),
    if: ({ status, revision }) => status === 'returned' || (status === 'adopted' && revision?.status === 'returned'),
    text: { zh: '被退回、待修改的数据元', en: 'A data element of yours was returned to be amended' },
  }),
];

/** Every kind of task, in the order in which they are shown. */
export const taskKinds: readonly string[] = [...sources.map(({ task }) => task), FINDING];

export async function tasksOf(readModel: ReadModel, reader: Reader): Promise<Task[]> {
  const found = await Promise.all(
    sources.map(async ({ task, record: kind, filter, if: holds = () => true, dueAt, text, call }) => {
      const asked = filter(reader);
      if (asked === undefined) return [];
      const { items } = await readModel.list(kind, asked as never, { limit: LIMIT });
      const held = await Promise.all((items as LedgerRecord[]).map((record) => holds(record, reader, readModel)));
      return (items as LedgerRecord[])
        .filter((_, i) => held[i])
        .map((record): Task => {
          const due = dueAt?.(record);
          const urgency = task === 'update-asset' ? 'overdue' : urgencyOf(due, reader.at);
          const subject = subjectOf(record);
          return {
            ...{ kind: task, subject, since: record.updated.at, urgency, text },
            ...(due === undefined ? {} : { dueAt: due }),
            call: call.replace('{id}', subject.id),
          };
        });
    }),
  );
  return [...found.flat(), ...(await findingTasks(readModel, reader))].sort(mostUrgentFirst);
}

/** What the call is about. */
function subjectOf(record: LedgerRecord): Task['subject'] {
  if (record.kind === 'contest') return { kind: 'right', id: record.right };
  if (record.kind === 'derivation') return { kind: 'asset', id: record.asset };
  return { kind: record.kind, id: record.id };
}

function urgencyOf(dueAt: string | undefined, at: string): Task['urgency'] {
  if (dueAt === undefined) return 'open';
  const left = Date.parse(dueAt) - Date.parse(at);
  return left < 0 ? 'overdue' : left < NEAR_MS ? 'near' : 'open';
}

const order = { overdue: 0, near: 1, open: 2 } as const;
const mostUrgentFirst = (a: Task, b: Task) =>
  order[a.urgency] - order[b.urgency] ||
  (a.dueAt ?? a.since).localeCompare(b.dueAt ?? b.since) ||
  a.kind.localeCompare(b.kind) ||
  a.subject.id.localeCompare(b.subject.id);
