/** Every way in which the read model says no: a closed list. Status: what an HTTP answer would say of it. */
export const readModelCodes = {
  BLOCK_MALFORMED: { status: 500, zh: '区块字节无法解析', en: 'The block’s bytes cannot be read' },
  BLOCK_NUMBER: { status: 500, zh: '区块编号不连续', en: 'The block is not the next one' },
  PREVIOUS_HASH: { status: 500, zh: '前一区块哈希不符', en: 'The previous hash is not that of the block before' },
  DATA_HASH: { status: 500, zh: '数据哈希不符', en: 'The data hash is not that of the envelopes' },
  CODES_MISSING: { status: 500, zh: '区块未附逐笔验证码', en: 'The block does not carry one validation code for each envelope' },
  OTHER_LEDGER: {
    status: 500,
    zh: '读模型属于另一账本或另一分支',
    en: 'The read model was made from another ledger, or from a fork of this one',
  },
  STORE_FORMAT: { status: 500, zh: '此目录不是读模型', en: 'The directory does not hold a read model' },
  STORE_FORMAT_OLD: { status: 500, zh: '读模型由其他版本写成', en: 'Another version of the service wrote this read model' },
  STORE_MISSING: { status: 500, zh: '没有读模型', en: 'There is no read model here' },
  STORE_LOCKED: { status: 500, zh: '读模型正被另一进程使用', en: 'Another process has the read model open' },
  STORE_DAMAGED: { status: 500, zh: '读模型存储已损坏', en: 'The read model’s store is damaged' },
  CURSOR_INVALID: { status: 422, zh: '游标无效或不属于此查询', en: 'The cursor is not one of this query' },
  LIMIT_INVALID: { status: 422, zh: '每页条数须为 1 至 200', en: 'A page has 1 to 200 items' },
  TIME_INVALID: { status: 422, zh: '时间须为 RFC 3339 格式', en: 'A time is written as RFC 3339 says' },
  BLOCK_UNKNOWN: { status: 422, zh: '尚未读到该区块', en: 'That block is not read yet' },
  EMPTY: { status: 503, zh: '读模型尚未读到任何区块', en: 'No block is read yet' },
  STOPPED: { status: 503, zh: '读模型已停止跟随账本', en: 'The read model no longer follows the ledger' },
  CLOSED: { status: 503, zh: '读模型已关闭', en: 'The read model is closed' },
} as const;
export type ReadModelCode = keyof typeof readModelCodes;

export class ReadModelError extends Error {
  override readonly name = 'ReadModelError';
  constructor(
    readonly code: ReadModelCode,
    /** Numbers and hashes, what was given, what to do; never the content of a record. */
    readonly detail = '',
  ) {
    super(detail === '' ? readModelCodes[code].en : `${readModelCodes[code].en}: ${detail}`);
  }

  get status(): number {
    return readModelCodes[this.code].status;
  }
}

/** Why a valid transaction's write is passed over: these, or the RuleCode of a creator who may not have made the change. */
export const ignoredReasons = {
  SCHEMA: { zh: '内容不符合记录的格式', en: 'The content is not what the record’s schema says' },
  KEY_MISMATCH: { zh: '键与记录不符', en: 'The record does not belong under its key' },
  DELETED: { zh: '记录不得删除', en: 'Records are never deleted' },
  VERSION: { zh: '版本号不连续', en: 'The version does not follow the one before' },
  HISTORY: { zh: '不可变的内容被改动', en: 'What never changes was changed' },
  STAMP: { zh: '记录的署名与交易不符', en: 'The record’s stamp is not the transaction’s own' },
  CALLER: { zh: '证书未指明部门', en: 'The certificate names no department' },
  TOO_MANY_WRITES: { zh: '一笔交易写入的记录过多', en: 'The transaction writes more records than any of ours does' },
  WRITTEN_TWICE: { zh: '同一交易两次写入同一记录', en: 'The transaction writes one record twice' },
  POLICY: { zh: '背书策略不是合约会设定的', en: 'The key is given a policy that the contracts would not give it' },
  MALFORMED: { zh: '交易内容无法解析', en: 'The transaction cannot be read' },
} as const;
export type IgnoredReason = keyof typeof ignoredReasons;
