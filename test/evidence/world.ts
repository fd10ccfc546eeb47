import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Caller, Role } from '@drl/chaincode/model/caller';
import { canonical } from '@drl/chaincode/model/canonical';
import { recordKey } from '@drl/chaincode/model/keys';
import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import type { EvidenceSource } from '@drl/gateway/evidence/export';
import type { Subject } from '@drl/gateway/evidence/format';
import { definitionKey, LIFECYCLE } from '@drl/gateway/evidence/lifecycle';
import { idOf } from '@drl/gateway/evidence/steps/open';
import type { Attestation } from '@drl/gateway/ledger/ledger';
import {
  buildEnvelope,
  buildProposal,
  endorsedBytes,
  proposalResponsePayload,
  serializedIdentity,
  signatureHeader,
  transactionPayload,
} from '@drl/network/block/build';
import { blockSignatureBytes, buildBlock, signedMetadata, signedValue } from '@drl/network/block/buildblock';
import { buildRwset, type NamespaceInput } from '@drl/network/block/buildrwset';
import { buildGenesis } from '@drl/network/block/genesis';
import { dataHash } from '@drl/network/block/header';
import { definitionWrites } from '@drl/network/block/lifecycle';
import { applicationPolicyBytes, parsePolicy, policyBytes } from '@drl/network/block/policy';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import type { Version } from '@drl/network/block/rwset';
import { signSync } from '@drl/network/block/sign';
import type { Trust } from '@drl/network/block/trust';
import { bytes, item, message, varint } from '@drl/network/block/write';
import { buildCertificate, buildRevocationList, keyId, serialNumber } from '@drl/network/embedded/certificate';

/**
 * A ledger put together block by block, so that it can be put together wrongly: every key is at hand, also those that an adversary would have stolen.
 * What it writes by default is what a Fabric network of these organisations would.
 */
const CHANNEL = 'data-rights';
const CHAINCODE = 'drl';
export const MANAGER = 'BureauMSP';
const mspIds = ['BureauMSP', 'PoliceMSP', 'SocialMSP', 'AuditMSP'] as const;
export const departments: Readonly<Record<string, string>> = {
  'data-bureau': 'BureauMSP',
  household: 'PoliceMSP',
  'social-insurance': 'SocialMSP',
};
const CHAINCODE_POLICY = "AND('BureauMSP.peer', OR('PoliceMSP.peer', 'SocialMSP.peer'))";

export interface Holder {
  readonly mspId: string;
  readonly certificate: string;
  readonly key: KeyObject;
  readonly serial: Buffer;
}
export interface Certified extends Holder {
  readonly caller: Caller;
}

const START = Date.parse('2026-03-02T01:00:00.000Z');
const YEAR = 365 * 86_400_000;

export class Organisation {
  readonly root: string;
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  readonly #publicKey: KeyObject;

  constructor(readonly mspId: string) {
    const { publicKey, privateKey } = pair();
    this.#key = privateKey;
    this.#keyId = keyId(publicKey);
    this.#publicKey = publicKey;
    this.root = this.#authority();
  }

  #authority(): string {
    const name = { organisation: this.mspId, units: [], commonName: `ca.${this.mspId}` };
    const dates = { notBefore: new Date(START - YEAR), notAfter: new Date(START + 5 * YEAR) };
    const fields = {
      serial: serialNumber(),
      issuer: name,
      subject: name,
      ...dates,
      publicKey: this.#publicKey,
      authorityKeyId: this.#keyId,
      authority: true,
    };
    return buildCertificate(fields, this.#key);
  }

  issue(
    commonName: string,
    unit: string,
    attributes?: Record<string, string>,
    dates = { from: START - 86_400_000, to: START + YEAR },
  ): Holder {
    const { publicKey, privateKey } = pair();
    const serial = serialNumber();
    const certificate = buildCertificate(
      {
        serial,
        issuer: { organisation: this.mspId, units: [], commonName: `ca.${this.mspId}` },
        subject: { organisation: this.mspId, units: [unit], commonName },
        notBefore: new Date(dates.from),
        notAfter: new Date(dates.to),
        publicKey,
        authorityKeyId: this.#keyId,
        authority: false,
        ...(attributes ? { attributes } : {}),
      },
      this.#key,
    );
    return { mspId: this.mspId, certificate, key: privateKey, serial };
  }

  /** Another certificate of the same authority: each such could have issued every other. */
  again(): string {
    return this.#authority();
  }

  revoke(...holders: Holder[]): string {
    const issuer = { organisation: this.mspId, units: [], commonName: `ca.${this.mspId}` };
    const revoked = holders.map(({ serial }) => ({ serial, at: new Date(START) }));
    return buildRevocationList({ issuer, authorityKeyId: this.#keyId, at: new Date(START), number: 1, revoked }, this.#key);
  }
}

function pair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export interface TransactionSpec {
  readonly name: string;
  readonly as: Holder;
  readonly records: readonly LedgerRecord[];
  /** Keys read beside settings, the caller's department and the records written. */
  readonly reads?: readonly (readonly [RecordKind, string])[];
  readonly withoutReads?: readonly (readonly [RecordKind, string])[];
  /** Key-level policies to set, in policy text, by record. */
  readonly policies?: readonly (readonly [RecordKind, string, string])[];
  readonly endorsers?: readonly Holder[];
  readonly channel?: string;
  readonly version?: string;
  /** More namespaces, or a whole replacement. */
  readonly sets?: (usual: NamespaceInput[]) => NamespaceInput[];
  readonly at?: string;
}
export interface Sent {
  readonly id: string;
  readonly envelope: Buffer;
  readonly written: readonly (readonly [namespace: string, key: string])[];
}

export class World {
  readonly organisations = new Map<string, Organisation>([...mspIds, 'OrdererMSP'].map((mspId) => [mspId, new Organisation(mspId)]));
  readonly peers = new Map<string, Holder>(mspIds.map((mspId) => [mspId, this.organisation(mspId).issue(`peer0.${mspId}`, 'peer')]));
  readonly orderer = this.organisation('OrdererMSP').issue('orderer0', 'orderer');
  readonly blocks: Buffer[] = [];
  readonly #versions = new Map<string, Version>();
  readonly #places = new Map<string, Version>();
  readonly #nonces = new Map<string, Buffer>();
  readonly envelopes = new Map<string, Buffer>();
  #now = START;
  #lastConfig = 0n;

  constructor(
    options: {
      readonly crls?: (world: World) => Readonly<Record<string, readonly Buffer[]>>;
      readonly applicationPolicies?: Record<string, string>;
      readonly intermediates?: (world: World) => Record<string, string[]>;
    } = {},
  ) {
    const crls = options.crls?.(this) ?? {};
    const intermediates = options.intermediates?.(this) ?? {};
    const org = (mspId: string) => ({
      mspId,
      rootCerts: [this.organisation(mspId).root],
      intermediateCerts: intermediates[mspId] ?? [],
      crls: crls[mspId] ?? [],
    });
    this.blocks.push(
      buildGenesis({
        channelId: CHANNEL,
        timestamp: new Date(START),
        nonce: randomBytes(24),
        orderers: [org('OrdererMSP')],
        applications: mspIds.map(org),
        batch: { maxMessageCount: 500, absoluteMaxBytes: 1 << 20, preferredMaxBytes: 1 << 20, timeout: '20ms' },
        consensus: { type: 'etcdraft' },
        ...(options.applicationPolicies ? { applicationPolicies: options.applicationPolicies } : {}),
      }),
    );
    this.#index(0n);
  }

  organisation(mspId: string): Organisation {
    return this.organisations.get(mspId) as Organisation;
  }
  peer(mspId: string): Holder {
    return this.peers.get(mspId) as Holder;
  }
  get trust(): Trust {
    return new Map([...this.organisations].map(([mspId, { root }]) => [mspId, root]));
  }

  user(
    department: string,
    roles: readonly Role[],
    mspId = departments[department] as string,
    dates?: { from: number; to: number },
  ): Certified {
    const name = `${department}-${roles.join('-')}`;
    const holder = this.organisation(mspId).issue(name, 'client', { department, roles: roles.join(',') }, dates);
    return { ...holder, caller: { department, mspId, roles, name } };
  }

  /** The next transaction's time, id and signer: what rules are told before the transaction exists. */
  act(as: Certified) {
    const nonce = randomBytes(24);
    const at = this.tick();
    const creator = serializedIdentity(as.mspId, as.certificate);
    const { txId } = buildProposal({ channelId: CHANNEL, chaincode: CHAINCODE, args: ['x'], creator, nonce, timestamp: new Date(at) });
    this.#nonces.set(txId, nonce);
    return { caller: as.caller, at, transactionId: txId };
  }

  tick(): string {
    this.#now += 1000;
    return new Date(this.#now).toISOString();
  }

  /** A transaction endorsed and signed, not yet ordered. Its nonce is the one of `act`, if a record names it. */
  transaction(spec: TransactionSpec): Sent {
    const stamp = spec.records[0]?.updated;
    const nonce = (stamp && this.#nonces.get(stamp.transactionId)) ?? randomBytes(24);
    const channelId = spec.channel ?? CHANNEL;
    const proposal = buildProposal({
      channelId,
      chaincode: CHAINCODE,
      args: [spec.name, '{}'],
      creator: serializedIdentity(spec.as.mspId, spec.as.certificate),
      nonce,
      timestamp: new Date(spec.at ?? stamp?.at ?? this.tick()),
    });
    const endorsers = spec.endorsers ?? [this.peer(MANAGER), this.peer(spec.as.mspId === MANAGER ? 'PoliceMSP' : spec.as.mspId)];
    return this.#seal(
      proposal,
      CHAINCODE,
      spec.version ?? '1.0',
      spec.sets ? spec.sets(this.#sets(spec)) : this.#sets(spec),
      endorsers,
      spec.as,
    );
  }

  #sets(spec: TransactionSpec): NamespaceInput[] {
    const settings = ['settings', 'settings'] as const;
    const own = spec.records.map(({ updated }) => ['department', updated.department] as const);
    const without = new Set((spec.withoutReads ?? []).map(([kind, id]) => recordKey(kind, id)));
    const keys = [settings, ...own, ...(spec.reads ?? []), ...spec.records.map(({ kind, id }) => [kind, id] as const)].map(([kind, id]) =>
      recordKey(kind, id),
    );
    return [
      { namespace: LIFECYCLE, reads: [this.#read(LIFECYCLE, definitionKey(CHAINCODE, 'Sequence'))] },
      {
        namespace: CHAINCODE,
        reads: [...new Set(keys)].filter((key) => !without.has(key)).map((key) => this.#read(CHAINCODE, key)),
        writes: spec.records.map((record) => ({
          key: recordKey(record.kind, record.id),
          isDelete: false,
          value: Buffer.from(canonical(record)),
        })),
        metadataWrites: (spec.policies ?? []).map(([kind, id, policy]) => ({
          key: recordKey(kind, id),
          entries: [{ name: 'VALIDATION_PARAMETER', value: policyBytes(parsePolicy(policy)) }],
        })),
      },
    ];
  }

  #read(namespace: string, key: string) {
    return { key, version: this.#versions.get(`${namespace} ${key}`) };
  }

  #seal(
    proposal: ReturnType<typeof buildProposal>,
    chaincode: string,
    version: string,
    sets: NamespaceInput[],
    endorsers: readonly Holder[],
    as: Holder,
  ): Sent {
    const payload = proposalResponsePayload({
      proposalHash: proposal.hash,
      chaincode,
      version,
      response: { status: 200 },
      results: buildRwset(sets),
    });
    const signed = transactionPayload(
      proposal,
      payload,
      endorsers.map((holder) => endorse(holder, payload)),
    );
    const written = sets.flatMap(({ namespace, writes = [], metadataWrites = [] }) =>
      [...writes, ...metadataWrites].map(({ key }) => [namespace, key] as const),
    );
    return { id: proposal.txId, envelope: buildEnvelope(signed, signSync(as.key, signed)), written };
  }

  /** The definition of the chaincode, as the lifecycle commits it. */
  define(
    options: {
      readonly policy?: string;
      readonly sequence?: number;
      readonly version?: string;
      readonly endorsers?: readonly string[];
      readonly fields?: readonly string[];
    } = {},
  ): void {
    const {
      policy = CHAINCODE_POLICY,
      sequence = 1,
      version = '1.0',
      endorsers = ['BureauMSP', 'PoliceMSP', 'SocialMSP'],
      fields,
    } = options;
    const admin = this.organisation(MANAGER).issue('admin', 'admin');
    const proposal = buildProposal({
      channelId: CHANNEL,
      chaincode: LIFECYCLE,
      args: ['CommitChaincodeDefinition', 'x'],
      creator: serializedIdentity(admin.mspId, admin.certificate),
      nonce: randomBytes(24),
      timestamp: new Date(this.tick()),
    });
    const all = definitionWrites({ name: CHAINCODE, sequence, version, policy: applicationPolicyBytes(parsePolicy(policy)) });
    const sets: NamespaceInput[] = [
      {
        namespace: LIFECYCLE,
        reads: all.map(({ key }) => this.#read(LIFECYCLE, key)),
        writes: all.filter(({ key }) => fields?.some((field) => key.endsWith(`/${field}`)) ?? true),
      },
    ];
    this.commit(
      this.#seal(
        proposal,
        LIFECYCLE,
        'syscc',
        sets,
        endorsers.map((mspId) => this.peer(mspId)),
        admin,
      ),
    );
  }

  /** Orders transactions in one block, signed by the orderer, and takes each as valid. */
  commit(...sent: readonly Sent[]): void {
    const number = BigInt(this.blocks.length);
    this.blocks.push(
      this.block(
        number,
        sent.map(({ envelope }) => envelope),
      ),
    );
    this.#index(number);
    for (const [i, { written }] of sent.entries())
      for (const [namespace, key] of written) this.#versions.set(`${namespace} ${key}`, { block: number, tx: BigInt(i) });
  }

  block(number: bigint, envelopes: readonly Buffer[], signer: Holder = this.orderer, lastConfig = this.#lastConfig): Buffer {
    const previousHash = readBlock(this.blocks[Number(number) - 1] as Buffer).headerHash;
    const header = { number, previousHash, dataHash: dataHash(envelopes) };
    const value = signedValue(lastConfig);
    const head = signatureHeader(serializedIdentity(signer.mspId, signer.certificate), randomBytes(24));
    const signature = signSync(signer.key, blockSignatureBytes(value, head, header));
    return buildBlock({
      number,
      previousHash,
      envelopes,
      signatures: signedMetadata(value, [{ signatureHeader: head, signature }]),
      lastConfig,
      codes: Buffer.alloc(envelopes.length),
    });
  }

  #index(number: bigint): void {
    for (const [i, envelope] of readBlock(this.blocks[Number(number)] as Buffer).envelopes.entries()) {
      const id = idOf(readEnvelope(envelope));
      this.envelopes.set(id, envelope);
      if (!this.#places.has(id)) this.#places.set(id, { block: number, tx: BigInt(i) });
    }
  }

  versionOf(kind: RecordKind, id: string): Version | undefined {
    return this.#versions.get(`${CHAINCODE} ${recordKey(kind, id)}`);
  }
  placeOf(transactionId: string): Version | undefined {
    return this.#places.get(transactionId);
  }

  /** A peer's signed answer to GetTransactionByID; `about` and the rest can be made to lie. */
  attest(
    id: string,
    holder: Holder,
    lie: {
      readonly channel?: string;
      readonly code?: number;
      readonly envelope?: Buffer;
      readonly askedFor?: string;
      readonly args?: string[];
      readonly chaincode?: string;
      readonly status?: number;
    } = {},
  ): Attestation {
    const asker = this.user('household', ['steward']);
    const chaincode = lie.chaincode ?? 'qscc';
    const proposal = buildProposal({
      channelId: lie.channel ?? CHANNEL,
      chaincode,
      args: lie.args ?? ['GetTransactionByID', lie.channel ?? CHANNEL, lie.askedFor ?? id],
      creator: serializedIdentity(asker.mspId, asker.certificate),
      nonce: randomBytes(24),
      timestamp: new Date(this.tick()),
    });
    const processed = message(item(1, lie.envelope ?? (this.envelopes.get(id) as Buffer)), varint(2, lie.code ?? 0));
    const payload = proposalResponsePayload({
      proposalHash: proposal.hash,
      chaincode,
      version: 'syscc',
      response: { status: lie.status ?? 200, payload: processed },
      results: Buffer.alloc(0),
    });
    const { endorser, signature } = endorse(holder, payload);
    const response = message(
      varint(1, 1),
      item(4, message(varint(1, 200), bytes(3, processed))),
      bytes(5, payload),
      item(6, message(bytes(1, endorser), bytes(2, signature))),
    );
    return { mspId: holder.mspId, proposal: proposal.bytes, response };
  }

  source(
    attest: (id: string) => Attestation[] = (id) => [this.attest(id, this.peer('BureauMSP')), this.attest(id, this.peer('AuditMSP'))],
  ): EvidenceSource {
    return {
      channel: CHANNEL,
      chaincode: CHAINCODE,
      place: async ({ kind, id }: Subject) => (kind === 'transaction' ? this.placeOf(id) : this.versionOf(kind, id)),
      block: async (number) => this.blocks[Number(number)] as Buffer,
      attest: async (id) => attest(id),
    };
  }
}

function endorse(holder: Holder, payload: Buffer) {
  const endorser = serializedIdentity(holder.mspId, holder.certificate);
  return { endorser, signature: signSync(holder.key, endorsedBytes(payload, endorser)) };
}
