import { canonical } from '@drl/chaincode/model/canonical';
import { EvidenceError } from '@drl/network/block/errors';
import { type EmbeddedLedger, type EmbeddedOptions, openEmbeddedLedger } from '@drl/network/embedded/engine';
import { EngineError, Refused } from '@drl/network/embedded/errors';
import type { Enrol } from '../identities.js';
import { contractError } from './contractError.js';
import {
  type Attestation,
  type Identity,
  type Ledger,
  LedgerError,
  type LedgerInfo,
  type LedgerQuery,
  type LedgerTx,
  type Receipt,
  type SignedTransaction,
} from './ledger.js';

/** The port on the embedded engine; and what only that engine has: its authorities, its trust roots, its declared simulated clock. */
export type EmbeddedGatewayLedger = Ledger & {
  readonly engine: EmbeddedLedger;
  /** Issues a certificate in the identity's organisation, with the attributes that the contracts read. */
  readonly enrol: Enrol;
};

export type { EmbeddedOptions };

type Stage = NonNullable<LedgerError['detail']['stage']>;

/** Transactions endorsed or ordered and not yet decided; beyond it they would only wait longer. */
const MAX_IN_FLIGHT = 512;

/** Opens the ledger in `dir`, making it first. Throws EngineError: LOCKED, FOREIGN, or ALTERED with the block and the reason. */
export async function openEmbedded(options: EmbeddedOptions & { readonly maxInFlight?: number }): Promise<EmbeddedGatewayLedger> {
  const engine = await openEmbeddedLedger(options);
  return new EmbeddedAdapter(engine, options.consortium.channel, options.maxInFlight ?? MAX_IN_FLIGHT);
}

/** State: how many transactions are under way. */
class EmbeddedAdapter implements Ledger {
  #inFlight = 0;

  constructor(
    readonly engine: EmbeddedLedger,
    private readonly channel: string,
    private readonly maxInFlight: number,
  ) {}

  readonly enrol: Enrol = async ({ name, mspId, department, roles, auditScope, custodian }) => {
    const scope = auditScope === undefined || auditScope === 'all' ? auditScope : auditScope.join(',');
    const attributes = { department, roles: roles.join(','), ...(scope ? { auditScope: scope } : {}), ...(custodian ? { custodian } : {}) };
    return this.engine.enroll({ mspId, name, attributes });
  };

  async endorse({ name, input, requestId, endorsers, transient }: LedgerTx, as: Identity): Promise<SignedTransaction> {
    const args = [canonical({ input, requestId })];
    return this.#counted('endorse', async () => {
      const { transactionId, envelope, result } = await this.engine.endorse({ name, args, transient }, endorsers, as);
      return { transactionId, envelope, result: result.toString('utf8') };
    });
  }

  async submit({ transactionId, envelope }: SignedTransaction): Promise<Receipt> {
    return this.#counted('submit', async () => {
      const { block, code, result } = await this.engine.submit(envelope);
      return { transactionId, block, code, result: result.toString('utf8') };
    });
  }

  async lookup(transactionId: string): Promise<Receipt | undefined> {
    const found = await translated('evaluate', () => this.engine.lookup(transactionId));
    return found && { transactionId, block: found.block, code: found.code, result: found.result.toString('utf8') };
  }

  async evaluate({ name, input }: LedgerQuery, as: Identity): Promise<string> {
    const answer = await translated('evaluate', () => this.engine.evaluate({ name, args: [canonical({ input })] }, as));
    return answer.toString('utf8');
  }

  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* this.engine.blocks(from, signal);
    } catch (error) {
      throw portError('blocks', error);
    }
  }

  attest(transactionId: string, count: number, as: Identity): Promise<Attestation[]> {
    return translated('evaluate', () => this.engine.attest(transactionId, count, as));
  }

  async info(): Promise<LedgerInfo> {
    return { engine: 'embedded', channel: this.channel, height: this.engine.height() };
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #counted<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.maxInFlight) throw new LedgerError('OVERLOADED', { stage });
    this.#inFlight++;
    try {
      return await translated(stage, work);
    } finally {
      this.#inFlight--;
    }
  }
}

async function translated<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw portError(stage, error);
  }
}

/** The engine's failures in the port's terms; a bug stays a bug. */
function portError(stage: Stage, error: unknown): unknown {
  if (error instanceof Refused) return contractError(error.message, { mspId: error.mspId });
  if (error instanceof EvidenceError) return new LedgerError('REJECTED', { stage, reason: error.message });
  if (!(error instanceof EngineError)) return error;
  const { mspId } = error.detail;
  const detail = { stage, reason: error.message, ...(mspId ? { mspId } : {}) };
  if (error.code === 'WRITE_FAILED') return new LedgerError('OUTCOME_UNKNOWN', detail);
  if (error.code === 'ENDORSEMENTS_DIFFER') return new LedgerError('ENDORSEMENTS_DIFFER', detail);
  if (error.code === 'CREATOR_REFUSED') return new LedgerError('IDENTITY_REFUSED', detail);
  if (error.code === 'NOT_ACCEPTED') return new LedgerError('REJECTED', detail);
  return new LedgerError('UNAVAILABLE', detail);
}
