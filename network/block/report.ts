import { type EvidenceCode, EvidenceError } from './errors.js';

/** What a verification found. Numbers are strings where they may be beyond 2^53. */
export interface ChainReport {
  readonly ok: boolean;
  readonly channel: string | undefined;
  /** First and last block verified. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Hash of the last header verified: compare it with anyone's who follows the channel. */
  readonly headerHash: string | undefined;
  readonly blocks: number;
  readonly transactions: number;
  /** Transactions by validation code, by Fabric's names. */
  readonly codes: Readonly<Record<string, number>>;
  /** Signatures checked: orderers', creators', endorsers', administrators'. */
  readonly signatures: number;
  /** Transactions whose code was recomputed; the others' is what the file states, by reason. */
  readonly recomputed: number;
  readonly stated: Readonly<Record<string, number>>;
  /** Blocks whose commit hash was recomputed. */
  readonly commitHashes: number;
  readonly notAnchored: readonly NotAnchored[];
  readonly failure: ChainFailure | undefined;
}
export interface ChainFailure {
  /** undefined: none was read. */
  readonly block: string | undefined;
  readonly tx: number | undefined;
  readonly code: EvidenceCode;
  readonly reason: { readonly zh: string; readonly en: string };
}

/** What a file that does not begin with block 0 leaves open. */
export const notAnchored = {
  GENESIS: { zh: '文件不从创世区块开始，之前的历史未验证', en: 'the file does not begin with block 0: what came before is not verified' },
  CONFIG: {
    zh: '首个配置区块之前的通道配置未知：排序服务签名仅与信任目录核对，不核对区块验证策略与背书策略',
    en: 'up to the first config block of the file the channel configuration is not known: signatures are held against the trust directory, not against policies',
  },
  STATE: {
    zh: '此前写入的键的版本未知，相关读写冲突无法重算',
    en: 'versions of keys written before are not known: conflicts about them cannot be recomputed',
  },
  END: { zh: '文件的最后一个区块之后是否还有区块，文件本身无法说明', en: 'whether blocks follow after the last one, no file can tell' },
} as const;
export type NotAnchored = keyof typeof notAnchored;

/** Counts as the verification goes. */
export interface Tally {
  channel: string | undefined;
  from: bigint | undefined;
  to: bigint | undefined;
  headerHash: Buffer | undefined;
  blocks: number;
  transactions: number;
  codes: Record<string, number>;
  signatures: number;
  recomputed: number;
  stated: Record<string, number>;
  commitHashes: number;
  notAnchored: Set<NotAnchored>;
}

export function emptyTally(): Tally {
  return {
    channel: undefined,
    from: undefined,
    to: undefined,
    headerHash: undefined,
    blocks: 0,
    transactions: 0,
    codes: {},
    signatures: 0,
    recomputed: 0,
    stated: {},
    commitHashes: 0,
    notAnchored: new Set(['END']),
  };
}

export function reportOf(tally: Tally, failure: ChainFailure | undefined): ChainReport {
  return {
    ...tally,
    ok: failure === undefined,
    from: tally.from?.toString(),
    to: tally.to?.toString(),
    headerHash: tally.headerHash?.toString('hex'),
    notAnchored: [...tally.notAnchored],
    failure,
  };
}

/** Any other error is a bug, and goes on as one. */
export function failureOf(error: unknown, block: bigint | undefined): ChainFailure {
  if (!(error instanceof EvidenceError)) throw error;
  const tx = 'tx' in error && typeof error.tx === 'number' ? error.tx : undefined;
  return { block: block?.toString(), tx, code: error.code, reason: error.text };
}
