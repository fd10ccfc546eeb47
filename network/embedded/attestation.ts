import { readBlock } from '../block/read.js';
import { bytes, item, message, varint } from '../block/write.js';
import { type Signer, signedProposal } from './client.js';
import { EngineError } from './errors.js';
import type { LedgerStore } from './ledgerstore.js';
import type { Peer } from './peer.js';

/** What qscc's GetTransactionByID answers, signed by each organisation's peer: the only signature there is over a validation code. */
export interface Attestation {
  readonly mspId: string;
  /** peer.Proposal bytes. */
  readonly proposal: Buffer;
  /** peer.ProposalResponse bytes. */
  readonly response: Buffer;
}

const QSCC = 'qscc';

export async function attest(
  store: LedgerStore,
  channelId: string,
  peers: readonly Peer[],
  txId: string,
  as: Signer,
  at: Date,
): Promise<Attestation[]> {
  const located = store.locate(txId);
  if (located === undefined) throw new EngineError('NOT_FOUND', `no block holds ${txId}`);
  const block = await store.block(located.block);
  const envelope = block && readBlock(block).envelopes[located.tx];
  if (envelope === undefined) throw new EngineError('ALTERED', 'it does not hold the transaction', { block: located.block });
  // peer.ProcessedTransaction.
  const processed = message(bytes(1, envelope), varint(2, located.code));
  const asked = await signedProposal(channelId, { chaincode: QSCC, name: 'GetTransactionByID', args: [channelId, txId] }, as, at);
  const view = store.view();
  try {
    return await Promise.all(
      peers.map(async (peer) => {
        const { payload, result, signature } = await peer.answer(asked.bytes, view, processed, QSCC);
        const endorsement = message(bytes(1, peer.identity), bytes(2, signature));
        const said = message(varint(1, 200), bytes(3, result));
        const response = message(varint(1, 1), item(4, said), bytes(5, payload), item(6, endorsement));
        return { mspId: peer.mspId, proposal: asked.proposal.bytes, response };
      }),
    );
  } finally {
    view.close();
  }
}
