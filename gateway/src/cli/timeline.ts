import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Formerly, Localized } from '@drl/chaincode/model/records/common';
import type { Derivation } from '@drl/chaincode/model/records/derivation';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Right } from '@drl/chaincode/model/records/right';
import type { Refusal, Share } from '@drl/chaincode/model/records/share';
import type { AsOf } from '../readmodel/readmodel.js';
import { pad, plain, type Texts, t } from './terminal.js';

/** A trace drawn as text: one line for each thing that happened, days down the left, deliveries of a day under one grant put together. */

export interface TraceAnswer {
  readonly asset: Asset & { readonly overdue?: boolean; readonly contested?: boolean; readonly inputsSuspended?: boolean };
  readonly asOf: AsOf;
  readonly rights: readonly Right[];
  readonly grants: readonly Grant[];
  readonly shares: readonly (Share & { readonly halfOpen?: boolean })[];
  readonly derivations: readonly (Derivation & { readonly inForce?: boolean })[];
  readonly refusals: readonly Refusal[];
  readonly nextCursor: string | null;
}

interface Happening {
  readonly at: string;
  readonly mark: string;
  readonly what: string;
}

export function drawTrace(trace: TraceAnswer, options: { readonly all?: boolean } = {}): string {
  const { asset, asOf } = trace;
  const flags = [
    asset.overdue && t(words.overdue),
    asset.contested && t(words.contested),
    asset.inputsSuspended && t(words.inputsSuspended),
  ].filter(Boolean);
  const head = [
    `${titleOf(asset.title)}  ${asset.catalogCode ?? ''}`.trimEnd(),
    `${asset.id}  ${named(asset, 'publisher')}  ${asset.status}  v${asset.version}  ${asset.shareType}${flags.length ? `  ${flags.join(', ')}` : ''}`,
    `${t(words.asOf)} ${asOf.block}  ${asOf.headerHash.slice(0, 16)}…`,
  ];
  const happened = [
    ...assetLines(asset),
    ...trace.derivations.map((derivation) => derivationLine(asset.id, derivation)),
    ...trace.rights.flatMap(rightLines),
    ...trace.grants.flatMap(grantLines),
    ...shareLines(trace, options.all ?? false),
    ...trace.refusals.map(refusalLine),
  ];
  const days = groupBy(
    happened.sort((a, b) => (a.at < b.at ? -1 : 1)),
    ({ at }) => local(at).slice(0, 10),
  );
  const lines: string[] = [];
  let first = true;
  for (const [day, items] of days) {
    items.forEach(({ at, mark, what }, i) => {
      lines.push(`${i === 0 ? day : '          '} ${i === 0 ? (first ? '┌' : '├') : '│'}─${mark} ${local(at).slice(11, 16)}  ${what}`);
      first = false;
    });
  }
  const foot = [summary(trace), trace.nextCursor ? t(words.more) : ''].filter(Boolean);
  return [...head, '', ...lines, '', ...foot].join('\n');
}

const words = {
  asOf: { zh: '截至区块', en: 'as of block' },
  overdue: { zh: '逾期未更新', en: 'overdue' },
  contested: { zh: '有争议', en: 'contested' },
  inputsSuspended: { zh: '上游已暂停', en: 'suspended upstream' },
  madeOf: { zh: '取自', en: 'made of' },
  wentInto: { zh: '用于生成', en: 'went into' },
  replaced: { zh: '已被更新', en: 'derived anew since' },
  more: { zh: '还有更早的共享：加 --limit', en: 'there are earlier shares: raise --limit' },
  by: { zh: '由', en: 'by' },
  registered: { zh: '登记', en: 'registered' },
  changed: { zh: '最后修改', en: 'last changed' },
  rows: { zh: '行', en: 'rows' },
  times: { zh: '次', en: '×' },
  refused: { zh: '被拒绝', en: 'refused' },
  formerly: { zh: '原', en: 'formerly' },
  held: { zh: '持有人', en: 'held by' },
} as const satisfies Record<string, Texts>;

const kinds = {
  asset: { zh: '资源', en: 'asset' },
  derivation: { zh: '衍生', en: 'derive' },
  right: { zh: '权利', en: 'right' },
  grant: { zh: '授权', en: 'grant' },
  share: { zh: '共享', en: 'share' },
} as const satisfies Record<string, Texts>;

const statuses: Record<string, Texts> = {
  claimed: { zh: '主张', en: 'claimed' },
  confirmed: { zh: '确认', en: 'confirmed' },
  transferred: { zh: '转移', en: 'transferred' },
  lapsed: { zh: '失效', en: 'lapsed' },
  contested: { zh: '有争议', en: 'contested' },
  requested: { zh: '申请', en: 'requested' },
  returned: { zh: '退回', en: 'returned' },
  active: { zh: '生效', en: 'active' },
  refused: { zh: '拒绝', en: 'refused' },
  withdrawn: { zh: '撤回', en: 'withdrawn' },
  suspended: { zh: '暂停', en: 'suspended' },
  revoked: { zh: '撤销', en: 'revoked' },
  escalated: { zh: '逾期升级', en: 'escalated' },
  expired: { zh: '到期', en: 'expired' },
  exhausted: { zh: '用尽', en: 'exhausted' },
  opened: { zh: '已开始', en: 'opened' },
  committed: { zh: '待确认', en: 'committed' },
  acknowledged: { zh: '双方一致', en: 'acknowledged' },
  mismatched: { zh: '不一致', en: 'mismatched' },
  resolved: { zh: '已处理', en: 'resolved' },
  void: { zh: '作废', en: 'void' },
  'half-open': { zh: '逾期未确认', en: 'half-open' },
};
const marks: Record<string, string> = {
  acknowledged: '●',
  committed: '◐',
  'half-open': '◐',
  opened: '○',
  mismatched: '≠',
  resolved: '◎',
  void: '⊘',
};
const status = (name: string) => t(statuses[name] ?? { zh: name, en: name });
const line = (kind: keyof typeof kinds, rest: string) => `${pad(t(kinds[kind]), 6)} ${plain(rest)}`;

function assetLines({ created, updated, version }: Asset): Happening[] {
  const made = { at: created.at, mark: '■', what: line('asset', `${t(words.registered)} ${t(words.by)} ${created.name}`) };
  if (version === 1) return [made];
  return [made, { at: updated.at, mark: '■', what: line('asset', `${t(words.changed)} v${version} ${t(words.by)} ${updated.name}`) }];
}

/** Seen from the asset: what it was made of, or what was made of it. */
function derivationLine(id: string, { created, asset, publisher, inputs, inForce }: TraceAnswer['derivations'][number]): Happening {
  const from = inputs.map((input) => `${input.asset} v${input.version} (${input.provider})`).join(', ');
  const what = asset === id ? `${t(words.madeOf)} ${from}` : `${t(words.wentInto)} ${asset} (${publisher})`;
  const past = inForce === false ? `  ${t(words.replaced)}` : '';
  return { at: created.at, mark: '⎇', what: line('derivation', `${what} ${t(words.by)} ${created.name}${past}`) };
}

function rightLines(right: Right): Happening[] {
  const { rightType, created, confirmed } = right;
  const holder = named(right, 'holder');
  const out = [
    { at: created.at, mark: '◇', what: line('right', `${rightType} ${status('claimed')} ${t(words.by)} ${created.department}`) },
  ];
  if (confirmed && !right.transferredFrom)
    out.push({
      at: confirmed.at,
      mark: '◆',
      what: line('right', `${rightType} ${status('confirmed')} ${t(words.by)} ${confirmed.name} → ${holder}`),
    });
  if (!['claimed', 'confirmed'].includes(right.status))
    out.push({ at: right.updated.at, mark: '◇', what: line('right', `${rightType} ${status(right.status)} (${t(words.held)} ${holder})`) });
  return out;
}

function grantLines(grant: Grant): Happening[] {
  const { purpose, elements, created, decided, updated } = grant;
  const assignee = named(grant, 'assignee');
  const what = `${assignee}  ${purpose}  [${elements.join(' ')}]`;
  const unconditional = !grant.dueAt && !decided;
  const out = [{ at: created.at, mark: '?', what: line('grant', `${status(unconditional ? 'active' : 'requested')} ${what}`) }];
  const refused = grant.status === 'refused';
  // Only the last reason is in the record.
  const said = (at: string) => (at === updated.at ? because(grant.reason) : '');
  if (decided)
    out.push({
      at: decided.at,
      mark: refused ? '✗' : '✓',
      what: line('grant', `${status(refused ? 'refused' : 'active')} ${assignee} ${t(words.by)} ${decided.name}${said(decided.at)}`),
    });
  if (updated.at !== (decided ?? created).at)
    out.push({
      at: updated.at,
      mark: '!',
      what: line('grant', `${status(grant.status)} ${assignee} ${t(words.by)} ${updated.name}${said(updated.at)}`),
    });
  // What time alone brings about has a time of its own. (The service answers the status as it is now.)
  const passed = { escalated: grant.dueAt, expired: grant.constraints.validTo }[grant.status as string];
  if (passed) out.push({ at: passed, mark: '!', what: line('grant', `${status(grant.status)} ${assignee}`) });
  return out;
}

function shareLines({ shares }: TraceAnswer, all: boolean): Happening[] {
  const standing = (share: TraceAnswer['shares'][number]) => (share.halfOpen ? 'half-open' : share.status);
  const groups = groupBy(shares, (share) => (all ? share.id : [local(share.created.at).slice(0, 10), share.grant, standing(share)].join()));
  return [...groups.values()].map((group) => {
    const share = group.at(-1) as TraceAnswer['shares'][number];
    const rows = group.reduce((sum, { rows = 0 }) => sum + rows, 0);
    const many = group.length > 1 ? ` ${group.length} ${t(words.times)}` : '';
    const now = standing(share);
    const hashes =
      share.consumerCommitment && now === 'mismatched'
        ? `  ${share.payloadHash?.slice(0, 8)}… ≠ ${share.consumerCommitment.payloadHash.slice(0, 8)}…`
        : '';
    return {
      at: share.created.at,
      mark: marks[now] ?? '○',
      what: line(
        'share',
        `${named(share, 'provider')} → ${named(share, 'consumer')}${many}  ${rows} ${t(words.rows)}  ${status(now)}${hashes}`,
      ),
    };
  });
}

function refusalLine({ created, consumer, clause, given, accepted }: Refusal): Happening {
  return { at: created.at, mark: '✗', what: line('share', `→ ${consumer}  ${t(words.refused)} ${clause}  ${given} / ${accepted}`) };
}

function summary({ rights, grants, shares, derivations, refusals }: TraceAnswer): string {
  const count = (name: Texts, n: number) => `${t(name)} ${n}`;
  return [
    count(kinds.right, rights.length),
    count(kinds.grant, grants.length),
    count(kinds.share, shares.length),
    ...(derivations.length > 0 ? [count(kinds.derivation, derivations.length)] : []),
    count(words.refused, refusals.length),
  ].join('  ');
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** A department, with who it was when the record began, where a reorganisation has passed it on. */
function named<As extends string>(
  record: { readonly [name in As]: string } & { readonly formerly?: Formerly | undefined },
  as: As,
): string {
  const before = (record.formerly ?? []).filter((former) => former.as === as).map(({ department }) => department);
  return before.length === 0 ? record[as] : `${record[as]} (${t(words.formerly)} ${before.join(', ')})`;
}

const because = (reason: Localized | undefined) =>
  reason ? `: ${reason[t({ zh: 'zh', en: 'en' }) as 'zh' | 'en'] ?? reason.zh ?? reason.en}` : '';
const titleOf = (title: Localized) => plain([title.zh, title.en].filter(Boolean).join('  '));

/** The reader's own time zone. */
function local(at: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));
}
