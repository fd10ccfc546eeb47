import { type EvidenceCode, EvidenceError, evidenceCodes } from '@drl/network/block/errors';

/** What a bundle can fail at beyond its blocks (those are network/block/errors.ts): a closed list; texts in both languages. */
export const bundleCodes = {
  UNREADABLE: { zh: '不是可读取的 JSON 文件', en: 'not JSON that can be read' },
  FORMAT: { zh: '不符合证据文件格式', en: 'not what the evidence format says' },
  MISSING: { zh: '缺少证明所需的内容', en: 'something that the proof needs is not in the file' },
  SURPLUS: { zh: '含有未加证明的内容', en: 'the file carries something that it does not prove' },
  SUBJECT: { zh: '证明的不是所问的记录', en: 'what is proven is not what the file says it is about' },
  PLACE: { zh: '交易不在所称的位置', en: 'the transaction is not at the place given' },
  TIME: { zh: '时间与交易所载不符', en: 'the time is not that of the transaction' },
  CONTENT: { zh: '所示记录与交易写入的不同', en: 'the record shown is not what the transaction wrote' },
  VERSIONS: { zh: '版本之间不衔接', en: 'the versions do not follow from one another' },
  POLICY_SOURCE: { zh: '无从确定当时有效的背书策略', en: 'the policy then in force cannot be told' },
  STAMP: { zh: '记录上的签署信息与提交者证书不符', en: 'the stamp on the record is not the signer’s' },
  AUTHOR: { zh: '提交者无权代表该方', en: 'the signer does not speak for the party' },
  ATTESTATION: { zh: '机构的证明答复无效', en: 'an organisation’s signed answer does not hold' },
  TOO_LARGE: { zh: '证据文件过大', en: 'the file would be larger than a verifier takes' },
  NOT_VALID: { zh: '账本将该交易标为无效', en: 'the ledger marked the transaction invalid' },
} as const satisfies Record<string, { zh: string; en: string }>;

export type BundleCode = keyof typeof bundleCodes;
export type VerdictCode = BundleCode | EvidenceCode;

/** A verdict on a bundle, thrown by the step that came to it. Details hold names, numbers and hashes only. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
  constructor(
    readonly code: BundleCode,
    readonly detail: string,
  ) {
    super(`${bundleCodes[code].en}: ${detail}`);
  }
}

/** The text of a verdict, from either family. */
export function verdictText(code: VerdictCode): { readonly zh: string; readonly en: string } {
  return code in bundleCodes ? bundleCodes[code as BundleCode] : evidenceCodes[code as EvidenceCode];
}

/** Both families say what a file failed at; anything else thrown is a bug and goes on. */
export function asVerdict(error: unknown): { readonly code: VerdictCode; readonly detail: string } {
  if (error instanceof BundleError || error instanceof EvidenceError) return { code: error.code, detail: error.detail };
  throw error;
}
