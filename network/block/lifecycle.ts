import { message as embedded } from './action.js';
import type { WriteInput } from './buildrwset.js';
import { EvidenceError } from './errors.js';
import { readPolicy, type SignaturePolicy } from './policy.js';
import { type LedgerState, LIFECYCLE } from './state.js';
import { EMPTY, len, num, Reader } from './wire.js';
import { bytes, item, items, message, varint, varintAlways } from './write.js';

/** An ApplicationPolicy: a policy of its own, or the name of one of the channel's (fabric core/policy/application.go). */
export type ApplicationPolicy = { readonly signature: SignaturePolicy } | { readonly channelPolicy: string };

/** A chaincode as committed on the channel: namespaces/fields/NAME/… of _lifecycle (fabric core/chaincode/lifecycle). */
export interface Definition {
  readonly sequence: bigint;
  readonly version: string;
  readonly validationPlugin: string;
  /** undefined: none was given. */
  readonly policy: ApplicationPolicy | undefined;
  readonly collections: ReadonlyMap<string, Collection>;
}
export interface Collection {
  /** undefined: the chaincode's. */
  readonly policy: ApplicationPolicy | undefined;
  /** Blocks that a key lives; 0 is for ever. */
  readonly blockToLive: bigint;
}

const fieldKey = (name: string, field: string): string => `namespaces/fields/${name}/${field}`;
const metadataKey = (name: string): string => `namespaces/metadata/${name}`;
const fields = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'] as const;

/** The definition of a chaincode in force; undefined: none was committed in the blocks seen. Throws MALFORMED. */
export function definitionOf(name: string, state: Pick<LedgerState, 'get'>): Definition | undefined {
  const value = (key: string): Buffer | undefined => state.get(LIFECYCLE, key)?.value;
  if (value(metadataKey(name)) === undefined) return undefined;
  const validation = stateBytes(value(fieldKey(name, 'ValidationInfo')));
  let validationPlugin = '';
  let policy = EMPTY;
  const r = new Reader(validation);
  while (r.next()) {
    if (r.tag === len(1)) validationPlugin = r.string();
    else if (r.tag === len(2)) policy = r.bytes();
  }
  return {
    sequence: stateInteger(value(fieldKey(name, 'Sequence'))),
    version: firstString(stateBytes(value(fieldKey(name, 'EndorsementInfo')))),
    validationPlugin,
    policy: policy.length === 0 ? undefined : readApplicationPolicy(policy),
    collections: readCollections(stateBytes(value(fieldKey(name, 'Collections')))),
  };
}

export interface DefinitionInput {
  readonly name: string;
  readonly sequence: number;
  readonly version: string;
  /** ApplicationPolicy bytes: `applicationPolicyBytes`. */
  readonly policy: Uint8Array;
  readonly initRequired?: boolean;
  readonly collections?: readonly CollectionDefinition[];
}
export interface CollectionDefinition {
  readonly name: string;
  /** SignaturePolicyEnvelope bytes: whose members hold the data. */
  readonly members: Uint8Array;
  readonly requiredPeers: number;
  readonly maximumPeers: number;
  readonly blockToLive: number;
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  /** ApplicationPolicy bytes; left out: the chaincode's. */
  readonly policy?: Uint8Array;
}

/** What CommitChaincodeDefinition writes to the namespace _lifecycle, in byte order of its keys (lifecycle/serializer.go). */
export function definitionWrites(input: DefinitionInput): WriteInput[] {
  const write = (key: string, value: Buffer): WriteInput => ({ key, isDelete: false, value });
  const packages = (input.collections ?? []).map((c) => item(1, item(1, collectionBytes(c))));
  return [
    write(fieldKey(input.name, 'Collections'), item(2, Buffer.concat(packages))),
    write(
      fieldKey(input.name, 'EndorsementInfo'),
      item(2, message(bytes(1, input.version), varint(2, input.initRequired ?? false), bytes(3, 'escc'))),
    ),
    write(fieldKey(input.name, 'Sequence'), varintAlways(1, input.sequence)),
    write(fieldKey(input.name, 'ValidationInfo'), item(2, message(bytes(1, 'vscc'), bytes(2, input.policy)))),
    write(metadataKey(input.name), message(bytes(1, 'ChaincodeDefinition'), items(2, fields))),
  ];
}

function collectionBytes(c: CollectionDefinition): Buffer {
  return message(
    bytes(1, c.name),
    item(2, item(1, c.members)),
    varint(3, c.requiredPeers),
    varint(4, c.maximumPeers),
    varint(5, c.blockToLive),
    varint(6, c.memberOnlyRead),
    varint(7, c.memberOnlyWrite),
    c.policy ? item(8, c.policy) : EMPTY,
  );
}

/** What cannot be read as a policy is one that nobody satisfies: a peer finds that out when it asks it. */
export function readApplicationPolicy(content: Uint8Array): ApplicationPolicy {
  try {
    let signature: Buffer | undefined;
    let channelPolicy: string | undefined;
    const r = new Reader(content);
    while (r.next()) {
      if (r.tag === len(1)) {
        signature = r.merge(signature);
        channelPolicy = undefined;
      } else if (r.tag === len(2)) {
        channelPolicy = r.string();
        signature = undefined;
      }
    }
    if (signature !== undefined) return { signature: readPolicy(signature) };
    return channelPolicy === undefined ? nobody : { channelPolicy };
  } catch (error) {
    if (error instanceof EvidenceError) return nobody;
    throw error;
  }
}

const nobody: ApplicationPolicy = { signature: { rule: { outOf: 1, rules: [] }, principals: [] } };

function readCollections(content: Buffer): Map<string, Collection> {
  const collections = new Map<string, Collection>();
  const r = new Reader(content);
  while (r.next()) {
    if (r.tag !== len(1)) continue;
    const [name, collection] = readCollection(embedded(r.bytes(), 1));
    // The first of a name counts, as in a peer's search.
    if (!collections.has(name)) collections.set(name, collection);
  }
  return collections;
}

function readCollection(content: Buffer): [string, Collection] {
  let name = '';
  let blockToLive = 0n;
  let policy: Buffer | undefined;
  const r = new Reader(content);
  while (r.next()) {
    if (r.tag === len(1)) name = r.string();
    else if (r.tag === num(5)) blockToLive = r.uint64();
    else if (r.tag === len(8)) policy = r.merge(policy);
  }
  return [name, { policy: policy && readApplicationPolicy(policy), blockToLive }];
}

/** StateData: a oneof of integer, bytes and string. */
function stateBytes(content: Buffer | undefined): Buffer {
  let value = EMPTY;
  const r = new Reader(content ?? EMPTY);
  while (r.next()) if (r.tag === len(2)) value = r.bytes();
  return value;
}

function stateInteger(content: Buffer | undefined): bigint {
  let value = 0n;
  const r = new Reader(content ?? EMPTY);
  while (r.next()) if (r.tag === num(1)) value = r.int64();
  return value;
}

function firstString(content: Buffer): string {
  let value = '';
  const r = new Reader(content);
  while (r.next()) if (r.tag === len(1)) value = r.string();
  return value;
}
