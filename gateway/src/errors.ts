import type { FieldFault } from '@drl/chaincode/model/errors';

/** Every way in which the gateway itself says no, before or beside the ledger: a closed list, as the contracts' and the ledger's are. */
export const serviceCodes = {
  BODY_MALFORMED: { status: 400, zh: '请求体不是有效的 JSON', en: 'The body is not valid JSON' },
  REQUEST_MALFORMED: { status: 400, zh: '请求无法解析', en: 'The request cannot be understood' },
  UNAUTHENTICATED: { status: 401, zh: '缺少凭证或凭证无效', en: 'No credential, or not a valid one' },
  NOT_YOURS_TO_SEE: { status: 403, zh: '无权查看', en: 'Not yours to see' },
  ROUTE_UNKNOWN: { status: 404, zh: '没有此地址', en: 'There is nothing at this address' },
  METHOD_NOT_ALLOWED: { status: 405, zh: '此地址不支持该方法', en: 'This address does not take that method' },
  NOT_ACCEPTABLE: { status: 406, zh: '无法提供所要求的格式', en: 'None of the formats asked for can be given' },
  EVIDENCE_IMPOSSIBLE: { status: 409, zh: '无法为此出具证据', en: 'No evidence can be made of this' },
  BODY_TOO_LARGE: { status: 413, zh: '请求体过大', en: 'The body is too large' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, zh: '不支持此内容类型', en: 'This content type is not taken here' },
  CURSOR_INVALID: { status: 422, zh: '游标无效或不属于此查询', en: 'The cursor is not one of this query' },
  IDEMPOTENCY_KEY_INVALID: { status: 422, zh: '幂等键不符合格式', en: 'The idempotency key is malformed' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, zh: '该幂等键已用于另一请求', en: 'The idempotency key was used for another request' },
  PRECONDITION_INVALID: { status: 422, zh: 'If-Match 不是本服务给出的 ETag', en: 'If-Match is not an ETag of this service' },
  RATE_LIMITED: { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  STREAMS_EXHAUSTED: { status: 429, zh: '事件流过多', en: 'Too many event streams' },
  INTERNAL: { status: 500, zh: '服务内部错误', en: 'An error of the service itself' },
  READ_MODEL_BEHIND: { status: 503, zh: '读模型尚未读到所要求的区块', en: 'The read model has not reached the block asked for' },
  AUDIT_NOT_RECORDED: {
    status: 503,
    zh: '审计查询未能记录，故不作答',
    en: 'The auditor’s look could not be recorded, so it is not answered',
  },
  SHUTTING_DOWN: { status: 503, zh: '服务正在停止', en: 'The service is shutting down' },
} as const;
export type ServiceCode = keyof typeof serviceCodes;

export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  constructor(
    readonly code: ServiceCode,
    readonly detail: {
      readonly rule?: string;
      readonly given?: string;
      readonly accepted?: string;
      readonly fields?: readonly FieldFault[];
    } = {},
    options: ErrorOptions = {},
  ) {
    super(code, options);
  }
}
