import type { Actor } from './rules/acts/rule.js';

/**
 * What people call kinds, states, steps and actors, in Chinese and English: for the drawings in STATES.md and for what a department is told.
 * English states and steps are called what the code calls them.
 */
interface Text {
  readonly zh: string;
  readonly en: string;
}
export type Language = keyof Text;

export const actors: Record<Actor, Text> = {
  proposer: { zh: '提出部门', en: 'proposer' },
  publisher: { zh: '发布部门', en: 'publisher' },
  holder: { zh: '权利人', en: 'holder' },
  owner: { zh: '所有权人', en: 'confirmed owner' },
  receiver: { zh: '受让部门', en: 'receiver' },
  requester: { zh: '需求部门', en: 'requester' },
  'asset owner': { zh: '数据资源发布部门', en: 'owner of the asset' },
  objector: { zh: '异议部门', en: 'any other department' },
  provider: { zh: '提供部门', en: 'provider' },
  consumer: { zh: '使用部门', en: 'consumer' },
  planner: { zh: '计划部门', en: 'the plan’s department' },
  manager: { zh: '共享主管部门', en: 'manager' },
  'manager, once overdue': { zh: '逾期后共享主管部门', en: 'manager, once overdue' },
  auditor: { zh: '审计人员', en: 'auditor' },
};

export const kinds: Readonly<Record<string, Text>> = {
  'data-element': { zh: '数据元', en: 'Data element' },
  department: { zh: '部门', en: 'Department' },
  asset: { zh: '数据资源', en: 'Asset' },
  right: { zh: '数据权利', en: 'Right' },
  contest: { zh: '权利异议', en: 'Contest' },
  demand: { zh: '需求', en: 'Demand' },
  joining: { zh: '共同需求', en: 'Joining of a demand' },
  grant: { zh: '使用授权', en: 'Grant' },
  share: { zh: '共享交易', en: 'Share' },
};

export const statuses: Readonly<Record<string, string>> = {
  proposed: '已提出',
  adopted: '已采用',
  dissolved: '已撤销',
  registered: '已登记',
  published: '已发布',
  suspended: '已暂停',
  retired: '已停用',
  claimed: '已申报',
  confirmed: '已确认',
  transferred: '已转让',
  lapsed: '已失效',
  open: '待处理',
  upheld: '成立',
  dismissed: '不成立',
  matched: '已匹配',
  rejected: '不予满足',
  fulfilled: '已满足',
  requested: '已申请',
  returned: '已退回',
  active: '生效',
  refused: '已拒绝',
  withdrawn: '已撤回',
  revoked: '已撤销',
  opened: '已开启',
  committed: '已承诺',
  acknowledged: '已签收',
  mismatched: '不一致',
  resolved: '已解决',
  void: '作废',
};

export const verbs: Readonly<Record<string, string>> = {
  propose: '提出',
  adopt: '采用',
  admit: '接纳',
  rename: '更名',
  succeed: '指定承接部门并撤销',
  passOn: '移交承接部门',
  register: '登记',
  record: '记录',
  revise: '修订',
  attach: '挂接',
  publish: '发布',
  suspend: '暂停',
  resume: '恢复',
  retire: '停用',
  claim: '申报',
  confirm: '确认',
  contest: '提出异议',
  offer: '提出转让',
  accept: '受让',
  decline: '否认',
  file: '提出',
  match: '匹配',
  reject: '不予满足',
  join: '共同提出',
  fulfil: '了结',
  request: '申请',
  approve: '批准',
  refuse: '拒绝',
  return: '退回',
  resubmit: '重新提交',
  withdraw: '撤回',
  revoke: '撤销',
  offerTerms: '提出条款',
  acceptTerms: '接受条款',
  declineTerms: '拒绝条款',
  open: '开启',
  commit: '承诺',
  acknowledge: '签收',
  resolve: '解决',
  void: '作废',
};
