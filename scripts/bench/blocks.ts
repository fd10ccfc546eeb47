import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import type { Role } from '@drl/chaincode/model/caller';
import { canonical } from '@drl/chaincode/model/canonical';
import { ownCollection, recordKey } from '@drl/chaincode/model/keys';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import * as build from '@drl/network/block/build';
import { blockSignatureBytes, buildBlock, signedMetadata, signedValue } from '@drl/network/block/buildblock';
import { buildRwset, type CollectionInput, hashedKey, type WriteInput } from '@drl/network/block/buildrwset';
import { dataHash, headerHash } from '@drl/network/block/header';
import { signSync } from '@drl/network/block/sign';
import { bytes, item, message } from '@drl/network/block/write';
import { newKey } from '@drl/network/embedded/ca';
import { buildCertificate, keyId, serialNumber } from '@drl/network/embedded/certificate';

/**
 * Fabric blocks of records, without running the contracts: real envelopes, hashes and signatures around whatever a measurement or a test
 * wants written. So a ledger of a hundred thousand shares is there in seconds, and one that no contract would write can be made too.
 */
export interface Person {
  readonly department: string;
  readonly mspId: string;
  readonly name: string;
  readonly creator: Buffer;
  readonly key: KeyObject;
}

export interface PersonInput {
  readonly department: string;
  readonly mspId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly auditScope?: string;
  readonly custodian?: string;
}

export function person({ department, mspId, name, roles, ...attributes }: PersonInput): Person {
  const { publicKey, privateKey } = newKey();
  const certificate = buildCertificate(
    {
      serial: serialNumber(),
      issuer: { organisation: mspId, units: [], commonName: `ca.${mspId}` },
      subject: { organisation: mspId, units: ['client'], commonName: name },
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
      publicKey,
      authorityKeyId: keyId(publicKey),
      authority: false,
      attributes: { department, roles: roles.join(','), ...attributes },
    },
    privateKey,
  );
  return { department, mspId, name, creator: build.serializedIdentity(mspId, certificate), key: privateKey };
}

export interface RawWrite {
  readonly key: string;
  /** Absent: the key is deleted. */
  readonly value?: string;
}

export interface TransactionInput {
  readonly by: Person;
  /** Milliseconds. */
  readonly at: number;
  readonly action: string;
  /** What it writes, told the stamp that an honest contract would put in it. */
  readonly writes: (stamp: Stamp) => readonly (LedgerRecord | RawWrite)[];
  /** Of the one argument. */
  readonly input?: object;
  /** Private keys that it writes in its organisation's collection. */
  readonly private?: readonly string[];
  /** peer.TxValidationCode. */
  readonly code?: number;
  readonly chaincode?: string;
  /** For a transaction id used again. */
  readonly nonce?: Buffer;
}

export const CHAINCODE = 'drl';
const CHANNEL = 'data-rights';

/** State: the tip. Hands out one block after another; keeps none. */
export class Chain {
  #number = 0n;
  #previous: Uint8Array = Buffer.alloc(0);
  readonly #peers = [
    person({ department: 'peer', mspId: 'BureauMSP', name: 'peer0', roles: [] }),
    person({ department: 'peer', mspId: 'PoliceMSP', name: 'peer0', roles: [] }),
  ];
  readonly #orderer = person({ department: 'orderer', mspId: 'OrdererMSP', name: 'orderer0', roles: [] });

  get height(): number {
    return Number(this.#number);
  }

  /** The first block: one config envelope, as a channel's genesis block has. */
  genesis(at: number): Buffer {
    const header = build.channelHeader({ type: 1, timestamp: new Date(at), channelId: CHANNEL });
    return this.#seal([configEnvelope(header, randomBytes(24))], Buffer.from([0]));
  }

  block(transactions: readonly TransactionInput[]): Buffer {
    const envelopes = transactions.map((tx) => this.#envelope(tx));
    return this.#seal(envelopes, Buffer.from(transactions.map((tx) => tx.code ?? 0)));
  }

  #envelope(transaction: TransactionInput): Buffer {
    const { by, at, action, writes, input = {}, chaincode = CHAINCODE, nonce = randomBytes(24) } = transaction;
    const args = [action, canonical({ input })];
    const proposal = build.buildProposal({ channelId: CHANNEL, chaincode, args, creator: by.creator, nonce, timestamp: new Date(at) });
    const { department, mspId, name } = by;
    const stamp = { at: new Date(at).toISOString(), transactionId: proposal.txId, department, mspId, name };
    const results = buildRwset([{ namespace: CHAINCODE, writes: writes(stamp).map(writeOf), collections: collectionsOf(transaction) }]);
    const response = build.proposalResponsePayload({
      proposalHash: proposal.hash,
      chaincode,
      version: '1',
      response: { status: 200, payload: createHash('sha256').update(results).digest('hex') },
      results,
    });
    const endorsements = this.#peers.map(({ creator, key }) => ({
      endorser: creator,
      signature: signSync(key, build.endorsedBytes(response, creator)),
    }));
    const payload = build.transactionPayload(proposal, response, endorsements);
    return build.buildEnvelope(payload, signSync(by.key, payload));
  }

  #seal(envelopes: readonly Uint8Array[], codes: Uint8Array): Buffer {
    const header = { number: this.#number, previousHash: this.#previous, dataHash: dataHash(envelopes) };
    const value = signedValue(0n);
    const signatureHeader = build.signatureHeader(this.#orderer.creator, randomBytes(24));
    const signature = signSync(this.#orderer.key, blockSignatureBytes(value, signatureHeader, header));
    const block = buildBlock({
      ...header,
      envelopes,
      codes,
      lastConfig: 0n,
      signatures: signedMetadata(value, [{ signatureHeader, signature }]),
    });
    this.#previous = headerHash(header.number, header.previousHash, header.dataHash);
    this.#number++;
    return block;
  }
}

/** What a reader of records looks at in a config block: its headers. */
function configEnvelope(channelHeader: Buffer, nonce: Buffer): Buffer {
  const signer = build.signatureHeader(Buffer.alloc(0), nonce);
  const header = message(bytes(1, channelHeader), bytes(2, signer));
  return build.buildEnvelope(message(item(1, header)), Buffer.alloc(0));
}

function collectionsOf({ by, private: keys = [] }: TransactionInput): CollectionInput[] {
  if (keys.length === 0) return [];
  const writes = keys.map((key) => ({ keyHash: hashedKey(key), isDelete: false, valueHash: randomBytes(32), isPurge: false }));
  return [{ collection: ownCollection(by.mspId), writes, pvtRwsetHash: randomBytes(32) }];
}

function writeOf(write: LedgerRecord | RawWrite): WriteInput {
  if ('kind' in write) return { key: recordKey(write.kind, write.id), isDelete: false, value: Buffer.from(canonical(write)) };
  return { key: write.key, isDelete: write.value === undefined, value: Buffer.from(write.value ?? '') };
}
