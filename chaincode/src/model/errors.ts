import type { Localized } from './records/common.js';

/**
 * Every way in which the ledger says no: a closed list. `status` is the HTTP status; `recorded` codes are those that a share attempt
 * leaves on the ledger as a Refusal. Texts say what rule it is; what was given and what would be accepted travel with the error.
 */
interface Meaning {
  readonly status: 400 | 401 | 403 | 404 | 409 | 412 | 422;
  readonly zh: string;
  readonly en: string;
}

export const ruleCodes = {
  INPUT_INVALID: { status: 422, zh: '输入不符合规定的格式', en: 'The input is not what the schema says' },
  PERSONAL_DATA: {
    status: 422,
    zh: '自由文本中不得出现公民身份号码或手机号码',
    en: 'Free text must not hold a resident id number or a mobile number',
  },
  CALLER_UNKNOWN: { status: 403, zh: '证书未指明已登记的部门', en: 'The certificate names no registered department' },
  DEPARTMENT_DISSOLVED: { status: 403, zh: '部门已撤销，由承接部门行使', en: 'The caller’s department is dissolved: its successors act' },
  ROLE_MISSING: { status: 403, zh: '缺少所需角色', en: 'The caller lacks the role that this needs' },
  NOT_YOURS: { status: 403, zh: '只能写入本部门自己的记录', en: 'A department writes only what is its own' },
  OUT_OF_SCOPE: { status: 403, zh: '超出审计范围', en: 'Outside the auditor’s scope' },
  NOT_FOUND: { status: 404, zh: '记录不存在', en: 'There is no such record' },
  ALREADY_EXISTS: { status: 409, zh: '记录已存在', en: 'The record exists already' },
  STATE_FORBIDS: { status: 409, zh: '当前状态不允许此操作', en: 'The record’s state forbids this' },
  VERSION_MISMATCH: { status: 412, zh: '记录已被修改', en: 'The record has changed since you read it' },
  SHARE_TYPE_RULE: { status: 422, zh: '共享类型与共享条件、依据不一致', en: 'Share type, condition and basis do not agree' },
  PUBLISH_INCOMPLETE: {
    status: 409,
    zh: '发布前须回答：以谁的数据为准、能否共享、如何共享',
    en: 'Before publication: who is authoritative, may it be shared, and how',
  },
  WITHHELD: { status: 409, zh: '该数据资源不予共享', en: 'The asset is not shared' },
  DATA_ELEMENT_TYPE: {
    status: 422,
    zh: '数据项的类型与所引用的数据元不一致',
    en: 'An element’s type is not that of its data element',
  },
  DATA_ELEMENT_RETIRED: { status: 409, zh: '数据元已废止', en: 'The data element is retired' },
  ELEMENT_UNKNOWN: { status: 422, zh: '数据项不在数据资源之内', en: 'An element is not one of the asset’s' },
  ELEMENT_WITHHELD: { status: 409, zh: '数据项不予共享', en: 'An element is withheld' },
  WIDER_THAN_ASKED: { status: 422, zh: '批准的范围不得超出申请', en: 'An approval may narrow what was asked, never widen it' },
  NOT_DUE: { status: 409, zh: '提供方的答复期限未到', en: 'The provider’s deadline has not passed' },
  NOT_AN_ANSWER: {
    status: 409,
    zh: '该共享不能了结此需求：须为需求部门自己签收、且授权注明该需求或属于所匹配的数据资源',
    en: 'The share does not answer the demand: it takes one that the requester acknowledged, under a grant that names it or of the matched asset',
  },
  GRANT_NOT_ACTIVE: { status: 409, zh: '授权未生效', en: 'The grant is not active' },
  GRANT_EXPIRED: { status: 409, zh: '授权不在有效期内', en: 'The grant is outside its term' },
  GRANT_EXHAUSTED: { status: 409, zh: '授权次数已用尽', en: 'The grant’s count is used up' },
  ROWS_EXCEEDED: { status: 409, zh: '超出授权的行数', en: 'The grant’s rows would be exceeded' },
  PURPOSE_MISMATCH: { status: 409, zh: '用途与授权不符', en: 'The purpose is not the granted one' },
  ELEMENT_NOT_GRANTED: { status: 409, zh: '数据项未获授权', en: 'An element is not granted' },
  RECIPIENT_NOT_GRANTED: { status: 409, zh: '接收方未获授权', en: 'The grant names no such recipient' },
  ASSET_NOT_SHARED: { status: 409, zh: '数据资源当前不可共享', en: 'The asset is not being shared at present' },
  METHOD_NOT_SHARED: { status: 409, zh: '数据资源不以此方式共享', en: 'The asset is not shared in this way' },
  INPUT_NOT_RECEIVED: {
    status: 409,
    zh: '输入数据须有本部门已确认接收的共享',
    en: 'An input of another department needs a share that this department has acknowledged',
  },
  INPUT_SUSPENDED: {
    status: 409,
    zh: '上游数据资源或其授权已暂停、停用或撤销',
    en: 'An input upstream, or the grant that it came by, is suspended, retired or revoked',
  },
  WIDER_THAN_INPUTS: { status: 409, zh: '衍生数据不得比其输入更开放', en: 'Derived data may be no more open than its inputs' },
  LINEAGE_CYCLE: { status: 409, zh: '数据资源不得衍生自其自身', en: 'An asset is not derived from itself' },
  LINEAGE_TOO_LARGE: { status: 409, zh: '上游输入过多', en: 'There are too many inputs upstream' },
  GRANT_FROZEN: { status: 409, zh: '授权因争议被冻结', en: 'The grant is frozen by a dispute' },
  RIGHT_FROZEN: { status: 409, zh: '权利因争议被冻结', en: 'The right is frozen by a dispute' },
  TICKET_USED: { status: 409, zh: '取数凭单已使用', en: 'The ticket has been used' },
  TICKET_EXPIRED: { status: 409, zh: '取数凭单已过期', en: 'The ticket has expired' },
  TICKET_MISMATCH: { status: 409, zh: '与取数凭单所载不符', en: 'This is not what the ticket was issued for' },
  TERMS_NO_PEER: {
    status: 409,
    zh: '一方所在机构没有可保存保密条款的节点',
    en: 'A party’s organisation has no peer that can hold confidential terms',
  },
  TERMS_NOT_HELD: { status: 409, zh: '双方尚未都持有这些条款的文本', en: 'The two parties do not both hold the text of these terms' },
  TERMS_MISMATCH: { status: 409, zh: '条款与承诺值不符', en: 'The terms are not those of the commitment' },
  PLAN_ITEM_DUE: {
    status: 409,
    zh: '计划事项到期后不得更改或删去',
    en: 'A plan’s item whose day has passed stays as it was',
  },
  TIME_BEFORE_RECORD: { status: 409, zh: '交易时间早于记录的时间', en: 'The transaction’s time lies before the record’s' },
  CLOCK_SKEW: { status: 409, zh: '交易时间与背书节点时钟相差过大', en: 'The transaction’s time lies too far from the endorser’s clock' },
} as const satisfies Record<string, Meaning>;

export type RuleCode = keyof typeof ruleCodes;

/** A refusal by rule; never retried. `rule` is DOMAIN's rule number or a field path; given and accepted are short plain texts. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(
    readonly code: RuleCode,
    readonly detail: {
      readonly rule?: string;
      readonly given?: string;
      readonly accepted?: string;
      readonly fields?: readonly FieldFault[];
    } = {},
  ) {
    super(code);
  }

  /** The form that travels as a chaincode error's message, so that the gateway need not guess from text. */
  toJSON(): RuleErrorJson {
    return { code: this.code, ...this.detail };
  }
}

export interface FieldFault {
  readonly path: string;
  readonly message: string;
}
export interface RuleErrorJson {
  readonly code: RuleCode;
  readonly rule?: string;
  readonly given?: string;
  readonly accepted?: string;
  readonly fields?: readonly FieldFault[];
}

/** Chaincode error messages that carry a RuleError start with this, then its canonical JSON. */
export const RULE_ERROR_PREFIX = 'DRL ';

export function ruleErrorText(code: RuleCode): Required<Localized> {
  const { zh, en } = ruleCodes[code];
  return { zh, en };
}
