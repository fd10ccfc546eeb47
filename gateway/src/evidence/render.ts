import { verdictText } from './errors.js';
import type { Report, StepName, StepReport, VersionReport } from './report.js';

export type Language = 'zh' | 'en';
type Texts = { readonly [K in Language]: string };

/** A report for people. `--json` prints the report itself. */
export function renderReport(report: Report, language: Language): string {
  const t = (texts: Texts): string => texts[language];
  const lines = [`${t(verdicts[report.verdict])}${report.subject ? `: ${report.subject.kind} ${report.subject.id}` : ''}`];
  if (report.channel !== undefined) lines.push(`${t(words.ledger)} ${report.channel} / ${report.chaincode ?? ''}`);
  lines.push('', ...report.steps.map((step) => stepLine(step, language)));
  if (report.fault) lines.push('', `${report.fault.code}: ${t(verdictText(report.fault.code))} (${report.fault.detail})`);
  if (report.versions.length > 0) lines.push('', ...report.versions.flatMap((version) => versionLines(version, language)));
  if (report.verdict === 'proven') lines.push('', t(words.limits), ...limits.map((limit) => `  - ${t(limit)}`));
  return `${lines.join('\n')}\n`;
}

/** What no bundle of this format shows, said with every proof. */
export const limits: readonly Texts[] = [
  {
    zh: '未证明此后没有更新的版本：请向账本查询现状',
    en: 'that no later version exists: ask the ledger how the record stands now',
  },
  {
    zh: '验证码（交易有效）由所列机构签名作证，区块本身不含其签名',
    en: 'validity codes are attested by the organisations named; a block itself carries no signature over them',
  },
  {
    zh: '未证明文件所示最后一个版本只被排序过一次：其区块号可能是重复提交的那一次',
    en: 'that the last version’s transaction was ordered only once: its block could be that of a repeated submission',
  },
];

const verdicts: Readonly<Record<Report['verdict'], Texts>> = {
  proven: { zh: '已证明', en: 'Proven' },
  'not-proven': { zh: '未能证明', en: 'Not proven' },
  unreadable: { zh: '无法读取', en: 'Unreadable' },
};

const words = {
  ledger: { zh: '账本（通道 / 链码）：', en: 'Ledger (channel / chaincode):' },
  limits: { zh: '本证明不包括：', en: 'What this does not prove:' },
  by: { zh: '由', en: 'by' },
  endorsed: { zh: '背书', en: 'endorsed by' },
  attested: { zh: '作证', en: 'attested by' },
  custodian: { zh: '私钥由其保管：', en: 'key held by' },
  block: { zh: '区块', en: 'block' },
  version: { zh: '版本', en: 'version' },
} as const satisfies Record<string, Texts>;

const statuses: Readonly<Record<StepReport['status'], Texts>> = {
  proven: { zh: '已证明', en: 'proven  ' },
  attested: { zh: '已作证', en: 'attested' },
  failed: { zh: '不成立', en: 'FAILED  ' },
};

const steps: Readonly<Record<StepName, Texts>> = {
  format: { zh: '文件符合格式', en: 'the file is as its format says' },
  data: {
    zh: '区块的数据哈希与所含信封一致，交易位置与时间无误',
    en: 'the blocks’ data hashes are those of their envelopes; each transaction is where and when it says',
  },
  complete: { zh: '证明所需的内容齐全，且别无他物', en: 'all that the proof stands on is there, and nothing else' },
  trust: {
    zh: '通道配置中的各机构以受信任的根证书为准',
    en: 'every organisation in the channel’s configuration stands on its trusted root',
  },
  order: { zh: '排序服务签署了区块的编号与位置', en: 'the ordering service signed the blocks at their numbers' },
  signatures: {
    zh: '提交者与背书者在交易当时有效，签名成立',
    en: 'submitters and endorsers were members at the time; their signatures hold',
  },
  validity: { zh: '账本认定各交易有效', en: 'the ledger holds each transaction as valid' },
  content: { zh: '所示记录正是交易所写入，版本依次衔接', en: 'the records shown are what the transactions wrote, version upon version' },
  policy: { zh: '背书满足当时有效的策略', en: 'the endorsements satisfy the policies then in force' },
  author: { zh: '提交者有权代表其所署的一方', en: 'each signer speaks for the party in whose name it wrote' },
};

function stepLine({ step, status, by }: StepReport, language: Language): string {
  return `  ${statuses[status][language]}  ${steps[step][language]}${by && by.length > 0 ? ` (${words.by[language]} ${by.join(', ')})` : ''}`;
}

function versionLines(v: VersionReport, language: Language): string[] {
  const t = (texts: Texts): string => texts[language];
  const custodian = v.by.custodian === undefined ? '' : `, ${t(words.custodian)} ${v.by.custodian}`;
  return [
    `  ${v.kind} ${v.id} ${t(words.version)} ${v.version} ${v.status}  ${v.at}  ${v.action}`,
    `    ${t(words.by)} ${v.by.name} (${v.by.department}, ${v.by.mspId}${custodian})  ${t(words.block)} ${v.block}/${v.index}  ${v.transactionId}`,
    `    ${t(words.endorsed)} ${v.endorsedBy.join(', ')}; ${t(words.attested)} ${v.attestedBy.join(', ')}`,
  ];
}
