import type { KeyObject } from 'node:crypto';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';

/** The port: what the gateway needs of a ledger, and all that it knows of one. Two adapters: embedded.ts and fabric.ts; only main.ts names them. */

/** Who signs. The key never leaves the process; certificates are PEM. */
export interface Identity {
  /** Enrolment id, e.g. `household-steward-1`. */
  readonly name: string;
  readonly mspId: string;
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

export interface LedgerTx<N extends TransactionName = TransactionName> {
  readonly name: N;
  readonly input: TransactionInput<N>;
  /** Reaches the ledger's record (stamp.requestId). */
  readonly requestId?: string;
  /** For the endorsers alone: it reaches no block (private data). */
  readonly transient?: Readonly<Record<string, Uint8Array>> | undefined;
  /** Organisations asked to endorse, by our rules (chaincode/model/endorsers.ts); the engine does not discover. */
  readonly endorsers: readonly string[];
}

/** A transaction signed and ready to be ordered. Journalled before it is sent, so that a crash cannot turn one write into two. */
export interface SignedTransaction {
  readonly transactionId: string;
  /** Marshalled common.Envelope. */
  readonly envelope: Uint8Array;
  /** The contract's answer (canonical JSON), which stands if the transaction commits as valid. */
  readonly result: string;
}

/** What the ledger decided: the transaction is in this block. Any code but VALID leaves the state untouched. */
export interface Receipt {
  readonly transactionId: string;
  readonly block: bigint;
  /** peer.TxValidationCode, 0 = VALID. */
  readonly code: number;
  readonly result: string;
}

export interface LedgerQuery {
  /** `contract:function` of the chaincode. */
  readonly name: string;
  readonly input: unknown;
}

/** One organisation's signed answer to qscc GetTransactionByID: the only signature there is over a validation code. */
export interface Attestation {
  readonly mspId: string;
  /** Marshalled peer.Proposal (what was asked) and peer.ProposalResponse (what was answered, signed). */
  readonly proposal: Uint8Array;
  readonly response: Uint8Array;
}

export interface LedgerInfo {
  readonly engine: 'embedded' | 'fabric';
  readonly channel: string;
  /** Number of blocks: the next block's number. */
  readonly height: bigint;
}

export interface Ledger {
  /** Simulates, collects endorsements that agree byte for byte, signs. Nothing is sent. Throws RuleError (the contract refused) or LedgerError. */
  endorse(tx: LedgerTx, as: Identity): Promise<SignedTransaction>;
  /** Orders and waits for the commit. Safe to call again with the same transaction, also after a restart: it commits once. Throws LedgerError. */
  submit(signed: SignedTransaction): Promise<Receipt>;
  /** What became of a transaction, or undefined if no block holds it. */
  lookup(transactionId: string): Promise<Receipt | undefined>;
  /** Runs a read on one peer; answers the contract's string. */
  evaluate(query: LedgerQuery, as: Identity): Promise<string>;
  /** Raw common.Block bytes, in order, from that number on, forever (until the signal). */
  blocks(from: bigint, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Signed answers of at least `count` organisations that the transaction is in a block with its code. */
  attest(transactionId: string, count: number, as: Identity): Promise<Attestation[]>;
  info(): Promise<LedgerInfo>;
  close(): Promise<void>;
}

/** The few ways in which a ledger itself fails (STYLE: three families of errors). */
export const ledgerCodes = {
  /** MVCC, phantom or an innocent endorsement failure: try again as a new transaction. */
  CONFLICT: { status: 503, retryable: true, zh: '与同时提交的交易冲突', en: 'Conflicts with a concurrent transaction' },
  UNAVAILABLE: { status: 503, retryable: true, zh: '账本暂不可用', en: 'The ledger is unavailable' },
  OVERLOADED: { status: 503, retryable: true, zh: '在途交易过多，请稍后重试', en: 'Too many transactions in flight; try again shortly' },
  /** Sent, and not seen in a block in time: look the id up, never resubmit as new. */
  OUTCOME_UNKNOWN: {
    status: 202,
    retryable: false,
    zh: '交易结果尚未知，请按编号查询',
    en: 'The outcome is not known yet; look the transaction up',
  },
  /** Revoked, expired, or not of this channel: nothing that it signs is taken. */
  IDENTITY_REFUSED: {
    status: 403,
    retryable: false,
    zh: '网络不接受该身份的证书（已吊销、过期或不属于本通道）',
    en: 'The network does not take this identity’s certificate: revoked, expired, or not of this channel',
  },
  ENDORSEMENTS_DIFFER: { status: 503, retryable: true, zh: '各组织背书结果不一致', en: 'The organisations’ endorsements differ' },
  /** Found at opening: a channel ordered by something else than Raft. */
  ORDERING_UNKNOWN: {
    status: 500,
    retryable: false,
    zh: '不支持该通道的排序服务类型',
    en: 'The channel’s ordering service is of a kind that this service does not know',
  },
  REJECTED: { status: 500, retryable: false, zh: '交易未通过账本验证', en: 'The ledger marked the transaction invalid' },
} as const;
export type LedgerCode = keyof typeof ledgerCodes;

export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  constructor(
    readonly code: LedgerCode,
    readonly detail: {
      readonly stage?: 'endorse' | 'submit' | 'commit' | 'evaluate' | 'blocks';
      readonly mspId?: string;
      readonly peer?: string;
      readonly transactionId?: string;
      readonly validationCode?: number;
      readonly reason?: string;
    } = {},
  ) {
    super(`${code}${detail.reason ? `: ${detail.reason}` : ''}`);
  }
}
