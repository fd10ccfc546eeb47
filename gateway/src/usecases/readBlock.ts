import type { Caller } from '@drl/chaincode/model/caller';
import { RuleError } from '@drl/chaincode/model/errors';
import { type BlockView, readBlock as decode, readEnvelope } from '@drl/network/block/read';
import type { Ledger } from '../ledger/ledger.js';
import { visibleActs } from './followEvents.js';
import type { Services } from './services.js';
import { mayAuditAll, notFound } from './visibility.js';

/** Who may: an auditor of everything, since a block holds what every department wrote. */
export async function readRawBlock({ ledger }: Services, caller: Caller, number: number): Promise<Uint8Array> {
  if (!mayAuditAll(caller))
    throw new RuleError('OUT_OF_SCOPE', {
      rule: 'who sees what',
      given: caller.roles.join(', ') || 'none',
      accepted: 'auditor, auditScope all',
    });
  return blockBytes(ledger, number);
}

/** Who may: every caller; of what was done in it each sees what is theirs to see. */
export async function readDecodedBlock(services: Services, caller: Caller, number: number, signal: AbortSignal) {
  const view = decode(await blockBytes(services.ledger, number));
  await services.readModel.reached(number, signal);
  const entry = await services.readModel.block(number);
  if (!entry) throw notFound(String(number));
  return {
    number,
    previousHash: view.previousHash.toString('hex'),
    dataHash: view.dataHash.toString('hex'),
    headerHash: view.headerHash.toString('hex'),
    at: entry.at,
    bytes: view.bytes.length,
    transactions: entry.transactions.map((transaction) => ({
      index: transaction.index,
      transactionId: transaction.transactionId,
      code: transaction.code,
      action: transaction.action,
      creator: transaction.creator,
      endorsers: endorsersOf(view, transaction.index),
    })),
    acts: await visibleActs(services.readModel, caller, entry),
  };
}

async function blockBytes(ledger: Ledger, number: number): Promise<Uint8Array> {
  const { height } = await ledger.info();
  if (BigInt(number) >= height) throw notFound(String(number));
  const enough = new AbortController();
  try {
    for await (const bytes of ledger.blocks(BigInt(number), enough.signal)) return bytes;
  } finally {
    enough.abort();
  }
  throw notFound(String(number));
}

function endorsersOf(view: BlockView, index: number): string[] {
  const [action] = readEnvelope(view.envelopes[index] as Buffer).actions;
  return action ? action.endorsements.map(({ mspId }) => mspId) : [];
}
