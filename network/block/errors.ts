/** The verifier's verdicts, a closed list: what a file failed at. A verdict is an answer, never a crash; anything else thrown is a bug. */
export const evidenceCodes = {
  MALFORMED: { zh: '字节不符合 Fabric 的编码', en: 'the bytes are not what Fabric encodes' },
  EMPTY: { zh: '没有可验证的区块', en: 'there are no blocks to verify' },
  TRUST: { zh: '信任目录不可用', en: 'the trust directory cannot be used' },
  UNTRUSTED: { zh: '通道配置的根证书不在信任目录中', en: "the channel's root certificates are not among those trusted" },
  CHANNEL: { zh: '内容属于另一个通道', en: 'content of another channel' },
  BLOCK_NUMBER: { zh: '区块编号不连续', en: 'the block is not the next one' },
  PREVIOUS_HASH: { zh: '前一区块哈希不符', en: 'the previous hash is not that of the block before' },
  DATA_HASH: { zh: '数据哈希不符', en: 'the data hash is not that of the envelopes' },
  ENVELOPE_BYTES: { zh: '信封重新编码后字节不同', en: 'an envelope does not re-marshal to the same bytes' },
  BLOCK_METADATA: { zh: '区块元数据不符', en: 'the block metadata is not as it must be' },
  BLOCK_SIGNATURE: { zh: '排序服务签名不满足区块验证策略', en: "the orderers' signatures do not satisfy the block validation policy" },
  CONFIG: { zh: '通道配置无效', en: 'the channel configuration is not valid' },
  CONFIG_UPDATE: { zh: '配置更新未获授权或结果不符', en: 'the config update is not authorised, or the config is not its result' },
  HEADER: { zh: '交易头无效', en: 'the transaction header is not valid' },
  IDENTITY: { zh: '身份未由通道成员签发或已失效', en: 'the identity was not issued by a member of the channel, or is no longer valid' },
  CREATOR_SIGNATURE: { zh: '提交者签名无效', en: "the creator's signature is not valid" },
  TX_ID: { zh: '交易编号与提交者和随机数不符', en: 'the transaction id is not that of its creator and nonce' },
  DUPLICATE_TX_ID: { zh: '交易编号重复', en: 'the transaction id was used before' },
  PROPOSAL_HASH: { zh: '提案哈希不符', en: 'the endorsed proposal is another' },
  ENDORSEMENT_SIGNATURE: { zh: '背书签名无效', en: 'an endorsement signature is not valid' },
  ENDORSEMENT_POLICY: { zh: '背书不满足策略', en: 'the endorsements do not satisfy the policy' },
  VALIDATION_CODE: { zh: '记录的验证码与重新计算的不同', en: 'the recorded validation code is not the one recomputed' },
} as const satisfies Record<string, { zh: string; en: string }>;

export type EvidenceCode = keyof typeof evidenceCodes;

export class EvidenceError extends Error {
  readonly code: EvidenceCode;
  /** What was found, in words: numbers, names and hashes only, never the content of a record. */
  readonly detail: string;

  constructor(code: EvidenceCode, detail: string) {
    super(`${evidenceCodes[code].en}: ${detail}`);
    this.name = 'EvidenceError';
    this.code = code;
    this.detail = detail;
  }

  get text(): { zh: string; en: string } {
    const { zh, en } = evidenceCodes[this.code];
    return { zh: `${zh}：${this.detail}`, en: `${en}: ${this.detail}` };
  }
}
