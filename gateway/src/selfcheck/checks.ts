import type { Texts } from '../report/report.js';

/** What a self-check (自查) looks for, in the order in which it tells it, each with what is to be done. */
interface Check {
  readonly name: Texts;
  readonly remedy: Texts;
}

export const checks = {
  'asset-overdue': {
    name: { zh: '资源逾期未更新', en: 'Asset overdue' },
    remedy: {
      zh: '更新内容，并登记新的内容摘要；只改日期不算更新',
      en: 'Renew the content and register its new hash; touching the date does not count',
    },
  },
  'no-resource': {
    name: { zh: '未挂接资源', en: 'No resource attached' },
    remedy: {
      zh: '挂接可取用的资源，或说明不予共享及其依据',
      en: 'Attach a resource that can be had, or withhold the asset and state the basis',
    },
  },
  'resource-unreachable': {
    name: { zh: '挂接资源不可达', en: 'Resource unreachable' },
    remedy: { zh: '恢复资源，或改正其地址', en: 'Bring the resource back, or correct its address' },
  },
  'withheld-without-basis': {
    name: { zh: '不予共享而无依据', en: 'Withheld without a basis' },
    remedy: { zh: '写明不予共享的法律依据，或改为共享', en: 'State the legal basis for withholding, or share it' },
  },
  contested: {
    name: { zh: '资源有争议', en: 'Asset contested' },
    remedy: {
      zh: '与对方协商权利或数源归属，或提请主管部门裁决',
      en: 'Settle the right, or who is the source, with the other side, or ask the manager for a ruling',
    },
  },
  'naming-conflict': {
    name: { zh: '与数据元标准不一致', en: 'At odds with the dictionary' },
    remedy: { zh: '按数据元标准绑定、更名或改正类型', en: 'Bind the element to the dictionary, or correct its name or type' },
  },
  'decision-late': {
    name: { zh: '申请逾期未答复', en: 'Decision late' },
    remedy: {
      zh: '立即批准、拒绝或退回补正；逾期后主管部门亦可决定',
      en: 'Approve, refuse or return it now; past the deadline the manager may decide too',
    },
  },
  'demand-unanswered': {
    name: { zh: '需求逾期未满足', en: 'Demand unanswered' },
    remedy: {
      zh: '与需求部门落实共享，或说明理由退回该需求',
      en: 'Arrange the share with the requester, or reject the demand and say why',
    },
  },
  'share-unfinished': {
    name: { zh: '悬置共享：交付未完', en: 'Half-open share: delivery cut off' },
    remedy: { zh: '补交摘要完成该笔共享，或作废', en: 'Commit what was delivered, or void the share' },
  },
  'share-unacknowledged': {
    name: { zh: '悬置共享：未签收', en: 'Half-open share: not acknowledged' },
    remedy: { zh: '核对收到的数据并签收', en: 'Check what was received, and acknowledge it' },
  },
  'share-unanswered': {
    name: { zh: '悬置共享：对方未签收', en: 'Half-open share: not answered' },
    remedy: { zh: '催请使用部门签收', en: 'Remind the consumer to acknowledge' },
  },
  'share-mismatched': {
    name: { zh: '共享摘要不一致', en: 'Share mismatched' },
    remedy: {
      zh: '双方核对后由使用部门说明解决，或由提供部门作废',
      en: 'Compare both sides: the consumer resolves it, or the provider voids it',
    },
  },
  'feedback-open': {
    name: { zh: '质量反馈未整改', en: 'Feedback open' },
    remedy: { zh: '采纳并整改，或说明不采纳的理由', en: 'Accept and fix it, or contest it with a reason' },
  },
  'dispute-open': {
    name: { zh: '争议未决', en: 'Dispute open' },
    remedy: { zh: '答复、协商，或提交证据等待裁决', en: 'Answer and negotiate, or submit evidence for the ruling' },
  },
  'plan-item-overdue': {
    name: { zh: '计划事项逾期', en: 'Plan item overdue' },
    remedy: {
      zh: '补做该事项；逾期事项不得改动，补做后仍计为逾期完成',
      en: 'Do it now; an item whose day has passed cannot be changed, and counts as late once done',
    },
  },
} as const satisfies Record<string, Check>;

export type CheckCode = keyof typeof checks;
export const checkCodes = Object.keys(checks) as CheckCode[];
