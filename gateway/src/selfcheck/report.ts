import type { Localized } from '@drl/chaincode/model/records/common';
import type { Cell, Column, Report, Texts } from '../report/report.js';
import { checks } from './checks.js';
import type { SelfFinding } from './findings.js';
import type { SelfCheck } from './selfCheck.js';

const columns: readonly Column[] = [
  { name: { zh: '发现', en: 'Finding' }, width: 19 },
  { name: { zh: '对象', en: 'Subject' }, width: 31 },
  { name: { zh: '起始', en: 'Since' }, width: 11 },
  { name: { zh: '情况', en: 'Detail' }, width: 17 },
  { name: { zh: '整改', en: 'Remedy' }, width: 22 },
];

export function reportOf(check: SelfCheck, name: Localized): Report {
  const { department, at, asOf, since, findings, gone } = check;
  const moment = (of: { readonly at: string; readonly asOf: { readonly block: number } }) => `${of.at} (${of.asOf.block})`;
  const section = (heading: Texts, rows: readonly SelfFinding[], empty: Texts) => ({
    heading: { zh: `${heading.zh}（${rows.length}）`, en: `${heading.en} (${rows.length})` },
    rows: rows.map(rowOf),
    empty,
  });
  const of = (standing: 'new' | 'still') => findings.filter((one) => one.standing === standing);
  return {
    title: { zh: '数据资源自查报告', en: 'Self-check of data resources' },
    facts: [
      { name: { zh: '部门', en: 'Department' }, value: `${spoken(name)} (${department})` },
      { name: { zh: '截至（区块）', en: 'As of (block)' }, value: moment({ at, asOf }) },
      ...(since ? [{ name: { zh: '与此前相比（区块）', en: 'Compared with (block)' }, value: moment(since) }] : []),
      { name: { zh: '发现', en: 'Findings' }, value: findings.length },
    ],
    columns,
    sections: since
      ? [
          section({ zh: '新发现', en: 'New' }, of('new'), { zh: '没有新的问题', en: 'Nothing new' }),
          section({ zh: '仍未整改', en: 'Still there' }, of('still'), { zh: '没有遗留的问题', en: 'Nothing left over' }),
          section({ zh: '已消除', en: 'Gone' }, gone ?? [], { zh: '没有消除的问题', en: 'Nothing has gone' }),
        ]
      : [section({ zh: '发现的问题', en: 'Findings' }, findings, { zh: '没有发现问题', en: 'Nothing was found' })],
    at,
  };
}

function rowOf({ code, subject, since, detail }: SelfFinding): Cell[] {
  const { title, part, id } = subject;
  const what = [title === undefined ? '' : spoken(title), part, id].filter(Boolean).join(' · ');
  return [checks[code].name, what, since?.slice(0, 10) ?? '', detail, checks[code].remedy];
}

/** Others' words, in whichever languages they gave them. */
const spoken = ({ zh, en }: Localized): string => [zh, en].filter(Boolean).join(' ');
