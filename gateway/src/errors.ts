import type { FieldFault } from '@drl/chaincode/model/errors';

/** Every way in which the gateway itself says no, before or beside the ledger: a closed list, as the contracts' and the ledger's are. */
export const serviceCodes = {
  BODY_MALFORMED: { status: 400, zh: '请求体不是有效的 JSON', en: 'The body is not valid JSON' },
  REQUEST_MALFORMED: { status: 400, zh: '请求无法解析', en: 'The request cannot be understood' },
  UNAUTHENTICATED: { status: 401, zh: '缺少凭证或凭证无效', en: 'No credential, or not a valid one' },
  NOT_YOURS_TO_SEE: { status: 403, zh: '无权查看', en: 'Not yours to see' },
  TERMS_WITH_PARTIES: {
    status: 403,
    zh: '保密条款只由双方持有，请向其中一方索取后核对',
    en: 'Only the two parties hold the confidential terms: ask one of them, and check what it hands over',
  },
  ROUTE_UNKNOWN: { status: 404, zh: '没有此地址', en: 'There is nothing at this address' },
  METHOD_NOT_ALLOWED: { status: 405, zh: '此地址不支持该方法', en: 'This address does not take that method' },
  NOT_ACCEPTABLE: { status: 406, zh: '无法提供所要求的格式', en: 'None of the formats asked for can be given' },
  RECORD_SPOILT: {
    status: 409,
    zh: '该记录此前已被伪造，账本虽收下此次写入，各读者均不采信',
    en: 'The record was forged before: the ledger took this write over it, and no reader counts it',
  },
  TICKET_INVALID: { status: 401, zh: '取数凭单无效', en: 'This is not a letter of the one to whom the ticket was issued' },
  EVIDENCE_IMPOSSIBLE: { status: 409, zh: '无法为此出具证据', en: 'No evidence can be made of this' },
  PROVIDER_NOT_HERE: {
    status: 409,
    zh: '本网关未持有数据提供部门的身份，请向其网关索取',
    en: 'This gateway holds no steward of the provider; ask the provider’s own',
  },
  DELIVERY_RUNNING: { status: 409, zh: '该笔共享正在交付', en: 'This share is being delivered already' },
  DELIVERY_OVER: { status: 409, zh: '该笔共享已交付完毕', en: 'This share has been delivered; a new one needs a new key' },
  RESOURCE_MISSING: { status: 409, zh: '数据资源未挂接所指的资源', en: 'The asset has no such resource attached' },
  RESOURCE_ADDRESS_REFUSED: { status: 409, zh: '不得从该地址获取资源', en: 'Resources are not fetched from such an address' },
  RESOURCE_NOT_CUTTABLE: {
    status: 409,
    zh: '该格式的资源无法按数据项裁剪，只能在全部数据项获授权时整体交付',
    en: 'A resource in this format cannot be cut: it goes whole, where every element is granted, or not at all',
  },
  RESOURCE_ELEMENT_MISSING: { status: 409, zh: '资源中没有所授权的数据项', en: 'The resource does not hold a granted element' },
  QUERY_NO_SUBJECT: {
    status: 409,
    zh: '数据资源未标明标识数据项，无法按对象核验',
    en: 'No element of the asset says whose row it is, so no subject can be asked about',
  },
  BODY_TOO_LARGE: { status: 413, zh: '请求体过大', en: 'The body is too large' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, zh: '不支持此内容类型', en: 'This content type is not taken here' },
  CURSOR_INVALID: { status: 422, zh: '游标无效或不属于此查询', en: 'The cursor is not one of this query' },
  SAMPLE_MALFORMED: { status: 422, zh: '样本文件不符合其格式', en: 'The sample is not what its format says' },
  IDEMPOTENCY_KEY_INVALID: { status: 422, zh: '幂等键不符合格式', en: 'The idempotency key is malformed' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, zh: '该幂等键已用于另一请求', en: 'The idempotency key was used for another request' },
  PRECONDITION_INVALID: { status: 422, zh: 'If-Match 不是本服务给出的 ETag', en: 'If-Match is not an ETag of this service' },
  HASH_UNAVAILABLE: { status: 422, zh: '本机不支持该摘要算法', en: 'This digest algorithm is not available here' },
  RATE_LIMITED: { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  STREAMS_EXHAUSTED: { status: 429, zh: '事件流过多', en: 'Too many event streams' },
  SEARCHES_EXHAUSTED: { status: 429, zh: '同时进行的泄露溯源过多', en: 'Too many leak searches at once' },
  SURVEYS_EXHAUSTED: { status: 429, zh: '等待计算的指标查询过多', en: 'Too many questions about the whole ledger wait already' },
  DELIVERIES_EXHAUSTED: { status: 429, zh: '同时进行的交付过多', en: 'Too many deliveries at once' },
  QUERY_THROTTLED: { status: 429, zh: '核验不一致次数过多，请稍后再试', en: 'Too many queries without a match; try again later' },
  INTERNAL: { status: 500, zh: '服务内部错误', en: 'An error of the service itself' },
  PEER_UNREACHABLE: { status: 502, zh: '无法连接提供部门的网关', en: 'The provider’s gateway cannot be reached, or broke off' },
  PEER_ANSWER_WRONG: { status: 502, zh: '提供部门的网关所答与账本不符', en: 'The provider’s gateway does not answer as the ledger says' },
  RESOURCE_UNREACHABLE: { status: 502, zh: '无法获取提供方的资源', en: 'The provider’s resource cannot be fetched' },
  RESOURCE_MALFORMED: { status: 502, zh: '资源不符合其格式', en: 'The resource is not what its format says' },
  RESOURCE_CHANGED: { status: 502, zh: '资源内容已变化', en: 'The resource is not, or no longer, what it was' },
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
