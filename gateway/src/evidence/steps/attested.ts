import { EvidenceError } from '@drl/network/block/errors';
import { readAttestation, readProcessed } from '../attestation.js';
import { BundleError } from '../errors.js';
import type { BundleAttestation } from '../format.js';
import type { Opened, OpenedTransaction } from '../opened.js';
import { type Configs, memberAt } from './config.js';
import { holds } from './order.js';

const VALID = 0;

/**
 * A block's validation codes are signed by nobody, and neither is the first block. So peers of two organisations say of each transaction,
 * each under its own signature, that their ledger of this channel holds it as valid (fabric qscc, GetTransactionByID).
 */
export async function attested(opened: Opened, configs: Configs): Promise<Map<OpenedTransaction, readonly string[]>> {
  const by = new Map<OpenedTransaction, readonly string[]>();
  for (const transaction of opened.transactions.values()) {
    const organisations: string[] = [];
    for (const attestation of transaction.entry.attestations) {
      const organisation = await attestor(opened, configs, transaction, attestation);
      if (organisations.includes(organisation))
        throw new BundleError('SURPLUS', `${organisation} attests twice to ${transaction.entry.id}`);
      organisations.push(organisation);
    }
    by.set(transaction, organisations.sort());
  }
  return by;
}

async function attestor(opened: Opened, configs: Configs, transaction: OpenedTransaction, attestation: BundleAttestation): Promise<string> {
  const { question, answer, signed } = readAttestation(attestation);
  const { id } = transaction.entry;
  const args = answer.args.map((argument) => argument.toString('latin1'));
  const asked = [question.channelId, answer.chaincode, answer.chaincodeId.name, ...args].join('\n');
  const { channel } = opened.bundle;
  if (asked !== [channel, 'qscc', 'qscc', 'GetTransactionByID', channel, id].join('\n'))
    throw new BundleError('ATTESTATION', `it is not about ${id} on ${channel}`);
  if (answer.response.status !== 200) throw new BundleError('ATTESTATION', `the answer about ${id} is a refusal`);
  const { payload, signature, code } = readProcessed(answer.response.payload);
  if (!payload.equals(transaction.envelope.payload) || !signature.equals(transaction.envelope.signature))
    throw new BundleError('ATTESTATION', `the transaction attested as ${id} is another`);
  const member = memberAt(configs.latest, attestation.endorser, question.timestamp);
  // A gateway holds clients' keys of more than one organisation; a peer's only its organisation does.
  if (!configs.latest.organisations.has(member.mspId) || !member.satisfies({ kind: 'role', mspId: member.mspId, role: 'peer' }))
    throw new EvidenceError('IDENTITY', `${member.certificate.commonName} of ${member.mspId} is not a peer`);
  if (!(await holds(member, signed, attestation.signature)))
    throw new BundleError('ATTESTATION', `the signature of ${member.mspId} on ${id}`);
  if (code !== VALID) throw new BundleError('NOT_VALID', `${id}: code ${code}, says ${member.mspId}`);
  return member.mspId;
}
