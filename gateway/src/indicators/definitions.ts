import type { Texts } from '../report/report.js';

/** What an indicator says: never a bare number, always with what was counted over what. */
type Unit = 'percent' | 'count' | 'rows' | 'days' | 'score';

/** The country's figure, as the rules quote it. */
interface Comparison {
  readonly value: number;
  readonly name: Texts;
}

export interface Definition {
  readonly name: Texts;
  readonly definition: Texts;
  readonly unit: Unit;
  /** Where the rule that asks for it stands. */
  readonly source: Texts;
  readonly comparison?: Comparison;
}

/** What each figure means, in the words that stand beside it. Numbers of rules are those that refusals quote. */
const indicators = { zh: '政务数据共享评价指标', en: 'evaluation indicators of government data sharing' };
const rule = (n: number) => ({ zh: `${indicators.zh}；账本规则 ${n}`, en: `${indicators.en}; ledger rule ${n}` });
const country = { zh: '共享规则引用的全国数字', en: 'the country’s figure that the sharing rules quote' };

export const definitions = {
  entries: {
    name: { zh: '目录条目', en: 'Catalogue entries' },
    definition: { zh: '未停用的数据资源', en: 'Assets that are not retired' },
    unit: 'count',
    source: indicators,
  },
  'timely-entries': {
    name: { zh: '条目及时更新率', en: 'Entries updated on time' },
    definition: {
      zh: '内容摘要最近一次变化（首次登记按登记时间，声明的内容日期更早的按该日期）距今未超过声明的更新周期的条目，占声明了更新周期（实时除外）的条目之比；只改日期不算更新',
      en: 'Entries whose content hash last changed within their declared period (the first content counts from registration, or from an earlier date that was stated then), of those that declare a period other than realtime; touching a date moves nothing',
    },
    unit: 'percent',
    source: indicators,
  },
  'timely-departments': {
    name: { zh: '部门及时更新率', en: 'Departments that update on time' },
    definition: {
      zh: '全部声明了更新周期的条目均及时更新的部门，占有此类条目的部门之比',
      en: 'Departments all of whose entries with a declared period are updated on time, of those that have such entries',
    },
    unit: 'percent',
    source: indicators,
    comparison: { value: 51, name: country },
  },
  'attachment-rate': {
    name: { zh: '挂接率', en: 'Attachment rate' },
    definition: { zh: '挂接了资源的条目占全部条目之比', en: 'Entries with a resource attached, of all entries' },
    unit: 'percent',
    source: indicators,
    comparison: { value: 53, name: country },
  },
  'reachable-resources': {
    name: { zh: '可达资源', en: 'Reachable resources' },
    definition: {
      zh: '最近一次探测可达的挂接资源占本网关已探测资源之比；探测是本网关的观察，不在账本上，因此只对当前时刻给出',
      en: 'Attached resources that could be reached when this gateway last looked, of those that it looked at; what it saw is not on the ledger, so this is said of the present alone',
    },
    unit: 'percent',
    source: indicators,
  },
  'withheld-rate': {
    name: { zh: '不予共享率', en: 'Withheld rate' },
    definition: { zh: '共享类型为不予共享的条目占全部条目之比', en: 'Entries whose share type is none, of all entries' },
    unit: 'percent',
    source: rule(2),
  },
  'withheld-with-basis': {
    name: { zh: '有依据的不予共享', en: 'Withheld with a basis' },
    definition: {
      zh: '不予共享、或含不予共享数据项的条目中，写明依据的条目之比',
      en: 'Of the entries that are withheld or withhold an element, those that state a basis',
    },
    unit: 'percent',
    source: rule(2),
  },
  'withheld-without-basis': {
    name: { zh: '无依据的不予共享', en: 'Withheld without a basis' },
    definition: {
      zh: '不予共享、或含不予共享数据项的条目中，未写明依据的条目之比',
      en: 'Of the entries that are withheld or withhold an element, those that state no basis',
    },
    unit: 'percent',
    source: rule(2),
  },
  'demands-open': {
    name: { zh: '待满足需求', en: 'Demands open' },
    definition: { zh: '截至当前待处理或已匹配、未过期的需求', en: 'Demands that are open or matched now, and not past their day' },
    unit: 'count',
    source: indicators,
  },
  'demands-met': {
    name: { zh: '已满足需求', en: 'Demands met' },
    definition: {
      zh: '期间提出的需求中，由需求部门首次签收共享而满足的',
      en: 'Of the demands filed in the period and not withdrawn, those fulfilled by the requester’s first acknowledged share',
    },
    unit: 'percent',
    source: indicators,
  },
  'demands-median-days': {
    name: { zh: '需求满足天数中位数', en: 'Median days until a demand is met' },
    definition: {
      zh: '期间满足的需求，从提出到满足的天数的中位数',
      en: 'Of the demands met in the period, the median of the days from filing to fulfilment',
    },
    unit: 'days',
    source: indicators,
  },
  'demands-unmet': {
    name: { zh: '未满足需求', en: 'Demands unmet' },
    definition: {
      zh: '期间提出、截至当前未满足也未撤回的需求，按停留的环节分列',
      en: 'Demands filed in the period, neither met nor withdrawn now, by the step at which they stand',
    },
    unit: 'count',
    source: indicators,
    comparison: {
      value: 166,
      name: { zh: '共享规则引用的全国数字：超过 166 项', en: 'the country’s figure that the sharing rules quote: more than 166' },
    },
  },
  'requests-in-time': {
    name: { zh: '申请按期答复率', en: 'Requests decided in time' },
    definition: {
      zh: '期间须答复的申请（期间作出决定的，或期间到期仍未决定的）中，提供部门期限内决定的之比；无条件共享不需决定，不计入',
      en: 'Of the requests that a decision was made on in the period, or that fell due in it undecided, those decided by the deadline; unconditional ones need no decision and are not counted',
    },
    unit: 'percent',
    source: rule(4),
  },
  'requests-median-days': {
    name: { zh: '申请答复天数中位数', en: 'Median days until a decision' },
    definition: {
      zh: '期间决定的申请，从提出到决定的天数的中位数',
      en: 'Of the requests decided in the period, the median of the days from request to decision',
    },
    unit: 'days',
    source: rule(4),
  },
  shares: {
    name: { zh: '共享次数', en: 'Shares' },
    definition: {
      zh: '期间发生的共享，作废的除外，按提供部门与使用部门分列',
      en: 'Shares of the period that are not void, by provider and consumer',
    },
    unit: 'count',
    source: rule(6),
  },
  'share-rows': {
    name: { zh: '共享行数', en: 'Rows shared' },
    definition: { zh: '期间共享中提供部门承诺交付的行数', en: 'Rows that providers committed to have delivered in the period' },
    unit: 'rows',
    source: rule(6),
  },
  'shares-half-open': {
    name: { zh: '悬置共享', en: 'Half-open shares' },
    definition: {
      zh: '期间的共享中，一方已作承诺而另一方逾期未答复的',
      en: 'Shares of the period in which one side has spoken and the other has not answered in time',
    },
    unit: 'percent',
    source: rule(7),
  },
  'shares-mismatched': {
    name: { zh: '不一致共享', en: 'Mismatched shares' },
    definition: {
      zh: '期间的共享中，双方摘要不一致且尚未解决的',
      en: 'Shares of the period whose two digests differ, and which nobody has settled',
    },
    unit: 'percent',
    source: rule(7),
  },
  'plans-kept': {
    name: { zh: '计划完成率', en: 'Plan items kept' },
    definition: {
      zh: '期间到期的行动计划事项中，按期完成的之比；完成与否由账本推出：归集看资源发布，共享看授权生效，应用看签收共享或需求满足',
      en: 'Of the plan items due in the period, those done by their day; whether they are is derived from the ledger: collect by publication, share by a grant in force, apply by an acknowledged share or a fulfilled demand',
    },
    unit: 'percent',
    source: indicators,
  },
  'plans-missed': {
    name: { zh: '计划逾期事项', en: 'Plan items missed' },
    definition: {
      zh: '期间到期而未按期完成的事项（其中补完成的分列）',
      en: 'Plan items due in the period and not done by their day, those done late apart',
    },
    unit: 'count',
    source: indicators,
  },
  feedback: {
    name: { zh: '数据质量反馈', en: 'Quality feedback' },
    definition: {
      zh: '期间提出、未撤回的质量反馈，按失真、失准、失效、失稳分列',
      en: 'Feedback raised in the period and not withdrawn, by dimension: distorted, inaccurate, stale, unstable',
    },
    unit: 'count',
    source: indicators,
  },
  'feedback-open': {
    name: { zh: '未了结的反馈', en: 'Feedback open' },
    definition: { zh: '截至当前尚未确认整改、也未裁定的反馈', en: 'Feedback that is neither confirmed as fixed nor ruled on now' },
    unit: 'count',
    source: indicators,
  },
  'feedback-median-days': {
    name: { zh: '整改天数中位数', en: 'Median days to a fix' },
    definition: {
      zh: '期间整改的反馈，从提出到提供部门首次登记整改的天数的中位数',
      en: 'Of the feedback fixed in the period, the median of the days from raising to the provider’s first fix',
    },
    unit: 'days',
    source: indicators,
  },
  ratings: {
    name: { zh: '部门互评', en: 'Ratings' },
    definition: {
      zh: '期间对提供部门的评分（1 至 5 分）的平均数，每一评分都有评分部门自己签收的共享为据',
      en: 'Mean of the scores (1 to 5) that providers were given in the period, each with the rater’s own acknowledged share behind it',
    },
    unit: 'score',
    source: indicators,
  },
  disputes: {
    name: { zh: '争议', en: 'Disputes' },
    definition: {
      zh: '期间提出的争议，按所在层级（协商、调解）分列',
      en: 'Disputes opened in the period, by the tier that they have come to: negotiation or mediation',
    },
    unit: 'count',
    source: indicators,
  },
  'disputes-open': {
    name: { zh: '未决争议', en: 'Disputes open' },
    definition: { zh: '截至当前尚未裁决或了结的争议', en: 'Disputes that are neither decided nor closed now' },
    unit: 'count',
    source: indicators,
  },
} as const satisfies Record<string, Definition>;
