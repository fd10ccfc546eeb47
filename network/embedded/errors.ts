/** How the embedded engine fails, a closed list. What a contract refuses is not among them: see `Refused`. */
export const engineCodes = {
  /** The store does not hold what it held when it was last written. */
  ALTERED: {
    zh: '账本文件与最后一次写入时不一致，拒绝打开',
    en: 'The ledger’s files are not as they were last written; it will not be opened',
  },
  LOCKED: { zh: '账本正被另一进程使用', en: 'The ledger is in use by another process' },
  /** The store belongs to another channel, or to a version of this software that this one cannot read. */
  FOREIGN: { zh: '账本属于另一个通道或不兼容的版本', en: 'The ledger is of another channel, or of a version that cannot be read' },
  /** Writing a block failed: whether it is on disk shows when the ledger is opened again. */
  WRITE_FAILED: {
    zh: '区块写入失败，重新打开账本后方知结果',
    en: 'Writing the block failed; opening the ledger again will tell whether it is there',
  },
  CLOSED: { zh: '账本已关闭', en: 'The ledger is closed' },
  /** The proposal or the transaction is not one that a peer or an orderer takes. */
  NOT_ACCEPTED: { zh: '提案或交易不被接受', en: 'The proposal or transaction is not accepted' },
  /** The creator's certificate is revoked, has run out, or is none of the channel's. */
  CREATOR_REFUSED: { zh: '提案者的证书不被本通道接受', en: 'The creator’s certificate is not accepted on this channel' },
  UNKNOWN_ORGANISATION: { zh: '没有该组织的背书节点', en: 'There is no endorser of that organisation' },
  ENDORSEMENTS_DIFFER: { zh: '各组织背书结果不一致', en: 'The organisations’ endorsements differ' },
  NOT_FOUND: { zh: '没有该交易', en: 'There is no such transaction' },
  CLOCK: { zh: '不允许使用模拟时钟', en: 'The clock may not be simulated' },
} as const;
export type EngineCode = keyof typeof engineCodes;

export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly code: EngineCode,
    readonly reason: string,
    readonly detail: { readonly block?: bigint; readonly mspId?: string } = {},
  ) {
    super(`${engineCodes[code].en}: ${detail.block === undefined ? '' : `block ${detail.block}: `}${reason}`);
  }
}

/** The chaincode answered with a status of 400 or more: no endorser signs that, and it reaches no block. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly mspId: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
