import type { Channel } from './channel.js';
import { EvidenceError } from './errors.js';
import type { ApplicationPolicy, Definition } from './lifecycle.js';
import type { Unknown } from './mvcc.js';
import { type Role, readPolicy, type SignaturePolicy, type Signer, satisfied } from './policy.js';
import type { NamespaceRwset } from './rwset.js';
import { type LedgerState, LIFECYCLE, space } from './state.js';

/** What endorsements are judged by: the channel's policies, and the state as the block before left it. */
export interface Rules {
  readonly channel: Channel;
  readonly state: Pick<LedgerState, 'get' | 'complete'>;
  readonly definition: (chaincode: string) => Definition | undefined;
  /** Keys whose policy an earlier transaction of the same block has changed: they may not be written again in it. */
  readonly policyChanged: (where: string, key: string) => boolean;
}

export type Endorsed = 'yes' | 'no' | 'no-chaincode' | Unknown;

/**
 * Whether a transaction's writes to one namespace are endorsed as they must be (fabric core/common/validation/statebased: v20.go,
 * validator_keylevel.go): each key by its own policy if it has one, else by its collection's, else by the chaincode's; and some
 * policy is always asked.
 */
export function endorsed(namespace: string, rwset: readonly NamespaceRwset[], signers: readonly Signer[], rules: Rules): Endorsed {
  const chaincode = chaincodePolicy(namespace, rules);
  if (chaincode === undefined)
    return rules.state.complete ? 'no-chaincode' : { unknown: 'a chaincode was defined before the first block of the file' };
  if ('unknown' in chaincode) return chaincode;
  const asked = new Map<string, boolean>();
  const ask = (collection: string): boolean => {
    const policy = collectionPolicy(namespace, collection, chaincode, rules);
    const name = policy === chaincode ? '' : collection;
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = policy !== undefined && met(policy, signers, rules.channel);
    asked.set(name, answer);
    return answer;
  };
  let own = 0;
  for (const { collection, key } of keysWritten(namespace, rwset)) {
    const where = space(namespace, collection);
    if (rules.policyChanged(where, key)) return 'no';
    const entry = rules.state.get(where, key);
    if (entry === undefined && !rules.state.complete) return { unknown: 'a key may have a policy from before the first block of the file' };
    if (entry?.policy !== undefined && entry.policy.length > 0) {
      if (!keyPolicyMet(entry.policy, signers)) return 'no';
      own++;
    } else if (!ask(collection)) return 'no';
  }
  return own > 0 || asked.size > 0 || ask('') ? 'yes' : 'no';
}

function* keysWritten(namespace: string, rwset: readonly NamespaceRwset[]): Iterable<{ collection: string; key: string }> {
  for (const n of rwset) {
    if (n.namespace !== namespace) continue;
    for (const { key } of [...n.writes, ...n.metadataWrites]) yield { collection: '', key };
    for (const c of n.collections) for (const w of c.writes) yield { collection: c.collection, key: w.keyHash.toString('latin1') };
    for (const c of n.collections) for (const w of c.metadataWrites) yield { collection: c.collection, key: w.keyHash.toString('latin1') };
  }
}

/** undefined: no such chaincode. */
function chaincodePolicy(namespace: string, rules: Rules): ApplicationPolicy | Unknown | undefined {
  if (namespace === LIFECYCLE) return lifecyclePolicy(rules.channel);
  const definition = rules.definition(namespace);
  if (definition === undefined) return undefined;
  if (definition.validationPlugin !== 'vscc') return { unknown: `chaincode ${namespace} is validated by a plugin of its own` };
  return definition.policy;
}

/** lifecycle.go: LifecycleEndorsementPolicyAsBytes; a channel without that policy asks a majority of members. */
function lifecyclePolicy(channel: Channel): ApplicationPolicy {
  const name = '/Channel/Application/LifecycleEndorsement';
  if (channel.policy(name) !== undefined) return { channelPolicy: name };
  const mspIds = [...channel.organisations.values()].map((m) => m.name).sort();
  return { signature: signedBy(Math.floor(mspIds.length / 2) + 1, 'member', mspIds) };
}

/** undefined: no such collection. */
function collectionPolicy(
  namespace: string,
  collection: string,
  chaincode: ApplicationPolicy,
  rules: Rules,
): ApplicationPolicy | undefined {
  if (collection === '') return chaincode;
  const [, mspId] = /^_implicit_org_(.+)$/s.exec(collection) ?? [];
  if (mspId !== undefined) return implicitPolicy(mspId, rules.channel);
  const defined = rules.definition(namespace)?.collections.get(collection);
  return defined && (defined.policy ?? chaincode);
}

/** deployedcc_infoprovider.go: an organisation's own collection asks its own endorsement policy. */
function implicitPolicy(mspId: string, channel: Channel): ApplicationPolicy | undefined {
  const [name] = [...channel.organisations].find(([, msp]) => msp.name === mspId) ?? [];
  if (name === undefined) return undefined;
  const path = `/Channel/Application/${name}/Endorsement`;
  return channel.policy(path) ? { channelPolicy: path } : { signature: signedBy(1, 'member', [mspId]) };
}

function met(policy: ApplicationPolicy, signers: readonly Signer[], channel: Channel): boolean {
  return 'signature' in policy ? satisfied(policy.signature, signers) : channel.satisfies(policy.channelPolicy, signers);
}

/** A few policies guard all keys: each is read once. Bounded, since they come from the file that is judged. */
const keyPolicies = new Map<string, SignaturePolicy>();

/** A key's policy is a bare SignaturePolicyEnvelope. */
function keyPolicyMet(policy: Buffer, signers: readonly Signer[]): boolean {
  try {
    const name = policy.toString('latin1');
    const known = keyPolicies.get(name) ?? readPolicy(policy);
    if (keyPolicies.size >= 10_000) keyPolicies.clear();
    keyPolicies.set(name, known);
    return satisfied(known, signers);
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function signedBy(outOf: number, role: Role, mspIds: readonly string[]): SignaturePolicy {
  return {
    rule: { outOf, rules: mspIds.map((_, i) => ({ signedBy: i })) },
    principals: mspIds.map((mspId) => ({ kind: 'role', mspId, role })),
  };
}
