import type { Localized } from '@drl/chaincode/model/records/common';
import type { Demand } from '@drl/chaincode/model/records/demand';
import type { Because } from '../demands/likeness.js';
import { type Unmet, unmetTexts } from '../demands/unmet.js';
import { plain, t, table } from './terminal.js';

/** Demands, and what is like them, for a reader at a terminal. */

export interface DemandAnswer extends Omit<Demand, 'status'> {
  readonly status: string;
  readonly requesters: readonly string[];
  readonly unmetBecause: readonly Unmet[];
}

export interface SimilarAnswer {
  readonly demands: readonly (Found & { readonly demand: Pick<Demand, 'id' | 'want' | 'by' | 'status' | 'neededBy'> })[];
  readonly assets: readonly (Found & {
    readonly asset: { readonly id: string; readonly title: Localized; readonly publisher: string; readonly shareType: string };
  })[];
}
interface Found {
  readonly score: number;
  readonly likely: boolean;
  readonly because: Because;
}

const said = (text: Localized): string => plain(t({ zh: text.zh ?? text.en ?? '', en: text.en ?? text.zh ?? '' }));

export function demandsTable(demands: readonly DemandAnswer[]): string {
  if (demands.length === 0) return t({ zh: '没有需求', en: 'no demands' });
  return table(
    demands.map(({ id, by, status, neededBy, want, unmetBecause: [first] }) => [
      id,
      by,
      status,
      neededBy.slice(0, 10),
      said(want),
      first ? t(unmetTexts[first.code]) : '',
    ]),
  );
}

export function drawDemand(demand: DemandAnswer): string {
  const { id, status, requesters, want, elements, purpose, legalBasis, neededBy, theme, match, resolvedBy, unmetBecause } = demand;
  const rows: [string, string][] = [
    [t({ zh: '状态', en: 'status' }), status],
    [t({ zh: '需求部门', en: 'requesters' }), requesters.join(', ')],
    [t({ zh: '数据项', en: 'elements' }), elements.map(({ name, type }) => plain(type ? `${name}:${type}` : name)).join(', ')],
    [t({ zh: '用途', en: 'purpose' }), purpose],
    [t({ zh: '依据', en: 'legal basis' }), said(legalBasis)],
    [t({ zh: '需要日期', en: 'needed by' }), neededBy.slice(0, 10)],
    ...(theme ? [[t({ zh: '主题', en: 'theme' }), theme] as [string, string]] : []),
    ...(match ? [[t({ zh: '匹配', en: 'put to' }), `${match.owner} ${match.asset}`] as [string, string]] : []),
    ...(resolvedBy ? [[t({ zh: '签收', en: 'receipt' }), resolvedBy] as [string, string]] : []),
    ...unmetBecause.map((step): [string, string] => [t({ zh: '未满足', en: 'unmet' }), stepText(step)]),
  ];
  return `${id}  ${said(want)}\n${table(rows)}`;
}

function stepText({ code, since, department, grant, reason }: Unmet): string {
  return [t(unmetTexts[code]), since.slice(0, 10), department, grant, reason && said(reason)].filter(Boolean).join('  ');
}

export function drawSimilar({ demands, assets }: SimilarAnswer): string {
  const parts = [
    section(
      t({ zh: '可能重复的需求', en: 'Demands for the same' }),
      demands.map(({ demand: { id, by, want }, ...found }) => [...marks(found), id, by, said(want), becauseText(found.because)]),
    ),
    section(
      t({ zh: '可能满足的数据资源', en: 'Assets that may answer it' }),
      assets.map(({ asset: { id, publisher, title, shareType }, ...found }) => [
        ...marks(found),
        id,
        publisher,
        shareType === 'none' ? `${said(title)}${t({ zh: '（不予共享）', en: ' (not shared)' })}` : said(title),
        becauseText(found.because),
      ]),
    ),
  ];
  return parts.join('\n\n');
}

const marks = ({ score, likely }: Found): [string, string] => [likely ? '*' : ' ', score.toFixed(2)];

function section(title: string, rows: readonly (readonly string[])[]): string {
  return `${title}\n${rows.length === 0 ? t({ zh: '  无', en: '  none' }) : table(rows)}`;
}

function becauseText({ elements, words, theme }: Because): string {
  const found = elements.map(({ wanted, found, withheld }) => {
    const name = normalised(wanted) === normalised(found) ? wanted : `${wanted}→${found}`;
    return withheld ? `${name}${t({ zh: '（不予共享）', en: ' (withheld)' })}` : name;
  });
  return plain(
    [
      ...new Set([...found, ...words.filter((word) => !elements.some(({ wanted }) => normalised(wanted) === word))]),
      ...(theme ? [t({ zh: '主题', en: 'theme' })] : []),
    ].join(t({ zh: '、', en: ', ' })),
  );
}

const normalised = (text: string): string => text.normalize('NFKC').toLowerCase();
