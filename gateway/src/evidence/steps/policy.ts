import type { Channel } from '@drl/network/block/channel';
import { EvidenceError } from '@drl/network/block/errors';
import { readApplicationPolicy } from '@drl/network/block/lifecycle';
import { readPolicy, type Signer, satisfied } from '@drl/network/block/policy';
import { HeaderType } from '@drl/network/block/read';
import { BundleError } from '../errors.js';
import {
  DEFAULT_PLUGIN,
  type DefinitionField,
  definitionKey,
  LIFECYCLE,
  LIFECYCLE_POLICY,
  readDefinitionVersion,
  readValidationInfo,
  VALIDATION_PARAMETER,
} from '../lifecycle.js';
import { definitionNeed, fieldNeed } from '../needs.js';
import { actionOf, listed, type Opened, type OpenedTransaction } from '../opened.js';
import { metadataOf, writeOf } from '../rwset.js';
import type { Configs } from './config.js';
import type { ProvenVersion } from './content.js';
import type { Signers } from './signed.js';

type SignersOf = ReadonlyMap<OpenedTransaction, Signers>;

/**
 * Each version was endorsed as the policy in force for its key asked: the key's own, where an earlier version set one, else the chaincode's. Neither can
 * be an older one passed off: the transaction's own reads name the definition and the last touch of the key, and the ledger took it as up to date.
 */
export function policies(opened: Opened, configs: Configs, histories: readonly (readonly ProvenVersion[])[], signers: SignersOf): void {
  for (const transaction of opened.transactions.values()) definitions(opened, configs, transaction, signers);
  for (const versions of histories) {
    let own: Buffer | undefined;
    for (const { key, transaction, record } of versions) {
      const asked = own === undefined ? chaincodePolicy(opened, configs.of(transaction.block), transaction) : keyPolicy(own);
      if (!asked(endorsers(signers, transaction)))
        throw new EvidenceError(
          'ENDORSEMENT_POLICY',
          `${record.kind} ${record.id} version ${record.version}, ${own ? 'by the policy of its key' : 'by the policy of the chaincode'}`,
        );
      own = policyAfter(opened, transaction, key, own);
    }
  }
}

type Decide = (signers: readonly Signer[]) => boolean;

function endorsers(signers: SignersOf, transaction: OpenedTransaction): readonly Signer[] {
  return signers.get(transaction)?.endorsers ?? [];
}

function keyPolicy(policy: Buffer): Decide {
  const read = readPolicy(policy);
  return (by) => satisfied(read, by);
}

/** The key's own policy once the transaction is committed. */
function policyAfter(opened: Opened, transaction: OpenedTransaction, key: string, before: Buffer | undefined): Buffer | undefined {
  const entries = metadataOf(actionOf(transaction).rwset, opened.bundle.chaincode, key);
  if (entries === undefined) return before;
  const set = entries.filter(({ name }) => name === VALIDATION_PARAMETER);
  if (set.length > 1) throw new BundleError('POLICY_SOURCE', 'a key is given two policies at once');
  return set[0]?.value;
}

/** The definition's: a policy of its own, or the name of one in the channel's configuration. */
function chaincodePolicy(opened: Opened, channel: Channel, transaction: OpenedTransaction): Decide {
  const { plugin, parameter } = readValidationInfo(definitionField(opened, transaction, 'ValidationInfo'));
  if (plugin !== DEFAULT_PLUGIN) throw new BundleError('POLICY_SOURCE', `validated by the plugin ${plugin}`);
  const policy = readApplicationPolicy(parameter);
  return (by) => ('signature' in policy ? satisfied(policy.signature, by) : channel.satisfies(policy.channelPolicy, by));
}

/** What the definition that a transaction ran under says. */
function definitionField(opened: Opened, transaction: OpenedTransaction, field: DefinitionField): Buffer {
  const { chaincode } = opened.bundle;
  const sequence = definitionNeed(actionOf(transaction));
  if (sequence === undefined)
    throw new BundleError('POLICY_SOURCE', `transaction ${transaction.entry.id} does not say which definition it ran under`);
  const commit = listed(opened, sequence, 'the definition');
  if (writeOf(actionOf(commit).rwset, LIFECYCLE, definitionKey(chaincode, 'Sequence')) === undefined)
    throw new BundleError('POLICY_SOURCE', `transaction ${commit.entry.id} commits no definition of ${chaincode}`);
  const place = fieldNeed(actionOf(commit), chaincode, field);
  const value = writeOf(actionOf(place ? listed(opened, place, field) : commit).rwset, LIFECYCLE, definitionKey(chaincode, field));
  if (value === undefined) throw new BundleError('POLICY_SOURCE', `the definition of ${chaincode} has no ${field}`);
  return value;
}

/** A definition is committed under the channel's lifecycle policy; what runs under it says the same version. */
function definitions(opened: Opened, configs: Configs, transaction: OpenedTransaction, signers: SignersOf): void {
  if (transaction.envelope.type === HeaderType.CONFIG) return;
  const { chaincode, chaincodeId } = actionOf(transaction);
  if (chaincode === LIFECYCLE) {
    if (!configs.of(transaction.block).satisfies(LIFECYCLE_POLICY, endorsers(signers, transaction)))
      throw new EvidenceError('ENDORSEMENT_POLICY', `the definition committed by ${transaction.entry.id}`);
  } else if (readDefinitionVersion(definitionField(opened, transaction, 'EndorsementInfo')) !== chaincodeId.version)
    throw new BundleError(
      'POLICY_SOURCE',
      `transaction ${transaction.entry.id} ran version ${chaincodeId.version}, its definition says another`,
    );
}
