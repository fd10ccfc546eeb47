import { randomUUID } from 'node:crypto';
import { type RuleCode, RuleError } from '@drl/chaincode/model/errors';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { ServiceError } from '../errors.js';
import type { Receipt } from '../ledger/ledger.js';
import type { Services } from './services.js';
import type { Once } from './submit.js';
import type { Who } from './who.js';

/** Who may: whoever the contract of that transaction lets; the gateway never pre-empts it. */
export interface WriteRequest<N extends TransactionName = TransactionName> {
  readonly name: N;
  readonly input: TransactionInput<N>;
  readonly requestId: string;
  /** The record that If-Match speaks of, and the version that it names. */
  readonly expected?: { readonly kind: RecordKind; readonly id: string; readonly version: number };
  readonly idempotencyKey?: string;
  /** Whose key it is, where another signs. */
  readonly keyOwner?: string;
  /** What the key stands for, beside who uses it: method, address, body. */
  readonly whole?: unknown;
  readonly respondAsync?: boolean;
}

export type Written =
  | { readonly state: 'decided'; readonly transactionId: string; readonly block: number; readonly record: LedgerRecord }
  | { readonly state: 'open'; readonly transactionId: string };

/** A refusal that is itself on the ledger (DOMAIN rule 6). */
export class RecordedRefusal extends RuleError {
  constructor(
    readonly refusal: RecordOf<'refusal'>,
    readonly transactionId: string,
    readonly block: number,
  ) {
    const { clause, given, accepted } = refusal;
    super(clause as RuleCode, { rule: '6', given, accepted });
  }
}

/** The local read model is rarely a moment behind; if it is long behind, the write is done all the same and the caller is told where to look. */
const READ_BACK_MS = 15_000;

export async function writeRecord(services: Services, { user }: Who, request: WriteRequest): Promise<Written> {
  const { name, input, requestId, expected } = request;
  const as = user.identity;
  const outcome = await services.submitter.write(
    {
      name,
      input,
      as,
      requestId,
      ...(expected ? { expected, check: () => mustBeCurrent(services, as, expected) } : {}),
    },
    onceOf(services, request.keyOwner ?? as.name, request),
    request.respondAsync,
  );
  if (outcome.state === 'open') return outcome;
  return (await readBack(services, outcome.receipt))
    ? decided(services, outcome.receipt)
    : { state: 'open', transactionId: outcome.receipt.transactionId };
}

async function decided({ readModel, probes }: Services, { transactionId, block, result }: Receipt): Promise<Written> {
  const record = JSON.parse(result) as LedgerRecord;
  if (record.kind === 'refusal') throw new RecordedRefusal(record, transactionId, Number(block));
  const written = (await readModel.transaction(transactionId))?.writes ?? [];
  // Committed, and yet nobody reads it so: what it was written over is a forgery of the manager's and a party's peers together.
  if (!written.some(({ kind, id }) => kind === record.kind && id === record.id))
    throw new ServiceError('RECORD_SPOILT', { given: `${record.kind} ${record.id}`, accepted: 'a new record' });
  if (record.kind === 'asset') probes.soon(record);
  return { state: 'decided', transactionId, block: Number(block), record };
}

/** Whoever was answered finds what they wrote in every list at once. */
export async function readBack({ readModel }: Services, { block }: Receipt): Promise<boolean> {
  return readModel.reached(Number(block), AbortSignal.timeout(READ_BACK_MS)).then(
    () => true,
    () => false,
  );
}

/** Said before the contract judges the state, so that a stale caller hears that it is stale. */
export async function mustBeCurrent(
  { ledger }: Services,
  as: Who['user']['identity'],
  expected: NonNullable<WriteRequest['expected']>,
): Promise<void> {
  const text = await ledger.evaluate({ name: 'record:get', input: { kind: expected.kind, id: expected.id } }, as);
  const version = text === '' ? undefined : (JSON.parse(text) as LedgerRecord).version;
  if (version !== undefined && version !== expected.version)
    throw new RuleError('VERSION_MISMATCH', { rule: 'If-Match', given: String(expected.version), accepted: String(version) });
}

/** An asynchronous answer is a promise as much as a key is: both are journalled. */
export function onceOf(
  { journal }: Services,
  caller: string,
  { idempotencyKey, whole, respondAsync }: Pick<WriteRequest, 'idempotencyKey' | 'whole' | 'respondAsync'>,
): Once | undefined {
  const fingerprint = journal.fingerprint(whole ?? null);
  // Keys hold no blank and names no slash, so that no key can be taken for another's, or for none.
  if (idempotencyKey !== undefined) return { scope: `${caller}/${idempotencyKey}`, fingerprint };
  return respondAsync ? { scope: `${caller} ${randomUUID()}`, fingerprint } : undefined;
}
