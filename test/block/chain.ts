import { randomBytes } from 'node:crypto';
import {
  buildEnvelope,
  buildProposal,
  endorsedBytes,
  proposalResponsePayload,
  signatureHeader,
  transactionPayload,
} from '@drl/network/block/build';
import { blockSignatureBytes, buildBlock, signedMetadata, signedValue } from '@drl/network/block/buildblock';
import { buildRwset, type NamespaceInput } from '@drl/network/block/buildrwset';
import { buildGenesis } from '@drl/network/block/genesis';
import { dataHash } from '@drl/network/block/header';
import { definitionWrites } from '@drl/network/block/lifecycle';
import { applicationPolicyBytes, parsePolicy, policyBytes } from '@drl/network/block/policy';
import { readBlock } from '@drl/network/block/read';
import { signSync } from '@drl/network/block/sign';
import { authority, type Holder, issue } from './pki';

/** A small channel made by hand: two organisations, an orderer, a chaincode `cc` that both must endorse. */
export const cas = { O: authority('OMSP'), A: authority('AMSP'), B: authority('BMSP') };
export const roots: ReadonlyMap<string, string> = new Map(Object.values(cas).map((ca) => [ca.mspId, ca.certificate]));
export const client = issue(cas.A, { units: ['client'], name: 'client' });
export const peers = { A: issue(cas.A, { name: 'peer.A' }), B: issue(cas.B, { name: 'peer.B' }) };
export const orderer = issue(cas.O, { units: ['orderer'], name: 'orderer' });
const at = new Date('2026-06-01T12:00:00Z');
export const put = (key: string, value = 'v') => ({ key, isDelete: false, value: Buffer.from(value) });

export interface Transaction {
  readonly writes?: Partial<NamespaceInput>;
  readonly namespaces?: readonly NamespaceInput[];
  readonly chaincode?: string;
  readonly version?: string;
  readonly by?: readonly Holder[];
  readonly creator?: Holder;
  readonly time?: Date;
  readonly channelId?: string;
  readonly nonce?: Buffer;
}

export function transaction(t: Transaction = {}): Buffer {
  const { chaincode = 'cc', version = '1', by = [peers.A, peers.B], creator = client } = t;
  const proposal = buildProposal({
    channelId: t.channelId ?? 'ch',
    chaincode,
    args: ['f'],
    creator: creator.identity,
    nonce: t.nonce ?? randomBytes(24),
    timestamp: t.time ?? at,
  });
  const results = buildRwset(t.namespaces ?? [{ namespace: 'cc', ...t.writes }]);
  const response = proposalResponsePayload({ proposalHash: proposal.hash, chaincode, version, response: { status: 200 }, results });
  const endorsements = by.map((p) => ({ endorser: p.identity, signature: signSync(p.key, endorsedBytes(response, p.identity)) }));
  const payload = transactionPayload(proposal, response, endorsements);
  return buildEnvelope(payload, signSync(creator.key, payload));
}

/** State: the blocks so far. */
export class Chain {
  readonly blocks: Buffer[] = [
    buildGenesis({
      channelId: 'ch',
      timestamp: at,
      nonce: randomBytes(24),
      orderers: [{ mspId: 'OMSP', rootCerts: [cas.O.certificate] }],
      applications: [cas.A, cas.B].map((ca) => ({ mspId: ca.mspId, rootCerts: [ca.certificate] })),
      batch: { maxMessageCount: 10, absoluteMaxBytes: 1e7, preferredMaxBytes: 1e6, timeout: '1s' },
      consensus: { type: 'etcdraft' },
    }),
  ];

  /** With the chaincode defined in block 1, and a collection whose keys live two blocks. */
  static defined(): Chain {
    const chain = new Chain();
    const writes = definitionWrites({
      name: 'cc',
      sequence: 1,
      version: '1',
      policy: applicationPolicyBytes(parsePolicy("AND('AMSP.peer','BMSP.peer')")),
      collections: [
        {
          name: 'brief',
          members: policyBytes(parsePolicy("OR('AMSP.member')")),
          requiredPeers: 0,
          maximumPeers: 1,
          blockToLive: 2,
          memberOnlyRead: true,
          memberOnlyWrite: true,
          policy: applicationPolicyBytes(parsePolicy("OR('AMSP.peer')")),
        },
      ],
    });
    chain.block([transaction({ chaincode: '_lifecycle', version: 'syscc', namespaces: [{ namespace: '_lifecycle', writes }] })], [0]);
    return chain;
  }

  block(envelopes: readonly Buffer[], codes: readonly number[], options: { orderer?: Holder; lastConfig?: bigint } = {}): this {
    const before = readBlock(this.blocks[this.blocks.length - 1] as Buffer);
    const header = { number: before.number + 1n, previousHash: before.headerHash, dataHash: dataHash(envelopes) };
    const by = options.orderer ?? orderer;
    const lastConfig = options.lastConfig ?? 0n;
    const value = signedValue(lastConfig);
    const signer = signatureHeader(by.identity, randomBytes(24));
    const signature = signSync(by.key, blockSignatureBytes(value, signer, header));
    const signatures = signedMetadata(value, [{ signatureHeader: signer, signature }]);
    this.blocks.push(buildBlock({ ...header, envelopes, signatures, lastConfig, codes: Buffer.from(codes) }));
    return this;
  }
}
