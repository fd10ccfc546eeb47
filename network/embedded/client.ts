import { type KeyObject, randomBytes } from 'node:crypto';
import { type BuiltProposal, buildEnvelope, buildProposal, serializedIdentity, transactionPayload } from '../block/build.js';
import { sign } from '../block/sign.js';
import { EngineError, Refused } from './errors.js';
import type { Endorsed, Peer } from './peer.js';
import type { StateView } from './view.js';

/** Who signs. */
export interface Signer {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}
export interface Invocation {
  readonly chaincode: string;
  /** `contract:function`. */
  readonly name: string;
  readonly args: readonly (Uint8Array | string)[];
  readonly transient?: Readonly<Record<string, Uint8Array>> | undefined;
}
export interface SignedProposal {
  readonly proposal: BuiltProposal;
  readonly bytes: Buffer;
}

/** SerializedIdentity by certificate: identities are few and proposals many. */
const identities = new Map<string, { readonly mspId: string; readonly creator: Buffer }>();

function creatorOf({ mspId, certificate }: Signer): Buffer {
  const known = identities.get(certificate);
  if (known?.mspId === mspId) return known.creator;
  const creator = serializedIdentity(mspId, certificate);
  if (identities.size >= 1000) identities.clear();
  identities.set(certificate, { mspId, creator });
  return creator;
}

const NONCE = 24;
const nonces: { bytes: Buffer; at: number } = { bytes: Buffer.alloc(0), at: 0 };

/** Random bytes cost as much to ask for as to make: many at once, each handed out once. */
function nonce(): Buffer {
  if (nonces.at === nonces.bytes.length) {
    nonces.bytes = randomBytes(NONCE * 256);
    nonces.at = 0;
  }
  nonces.at += NONCE;
  return nonces.bytes.subarray(nonces.at - NONCE, nonces.at);
}

export async function signedProposal(channelId: string, invocation: Invocation, as: Signer, at: Date): Promise<SignedProposal> {
  const proposal = buildProposal({
    channelId,
    chaincode: invocation.chaincode,
    args: [invocation.name, ...invocation.args],
    creator: creatorOf(as),
    nonce: nonce(),
    timestamp: at,
    ...(invocation.transient ? { transient: invocation.transient } : {}),
  });
  return { proposal, bytes: buildEnvelope(proposal.bytes, await sign(as.privateKey, proposal.bytes)) };
}

/**
 * Asks each peer; all must come to the same bytes. Throws Refused where all refuse, NOT_ACCEPTED, or ENDORSEMENTS_DIFFER: where some
 * refuse what others accept, no rule has spoken.
 */
export async function collect(bytes: Buffer, peers: readonly Peer[], view: StateView): Promise<[Endorsed, ...Endorsed[]]> {
  // Settled, all of them, before the state that they read is let go.
  const asked = await Promise.allSettled(peers.map((peer) => peer.endorse(bytes, view)));
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const faults: unknown[] = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  const grave = faults.find((fault) => !(fault instanceof Refused));
  if (grave !== undefined) throw grave;
  const [refusal] = faults as Refused[];
  if (refusal && answers.length > 0) {
    throw new EngineError('ENDORSEMENTS_DIFFER', `${refusal.mspId} refuses what others accept`, { mspId: refusal.mspId });
  }
  if (refusal) throw refusal;
  const [first] = answers;
  if (first === undefined) throw new EngineError('UNKNOWN_ORGANISATION', 'no endorser was named');
  const other = answers.find((a) => !a.payload.equals(first.payload));
  if (other)
    throw new EngineError('ENDORSEMENTS_DIFFER', `${first.mspId} and ${other.mspId} came to different results`, { mspId: other.mspId });
  return [first, ...answers.slice(1)];
}

export async function transactionEnvelope(
  proposal: BuiltProposal,
  endorsed: readonly [Endorsed, ...Endorsed[]],
  as: Signer,
): Promise<Buffer> {
  const payload = transactionPayload(proposal, endorsed[0].payload, endorsed);
  return buildEnvelope(payload, await sign(as.privateKey, payload));
}
