import type { Context } from 'fabric-contract-api';
import { canonical } from './model/canonical.js';
import type { KeyPolicy } from './model/endorsement.js';
import { RuleError } from './model/errors.js';
import { ownCollection, recordKey, splitKey } from './model/keys.js';
import { type RecordKind, type RecordOf, records } from './model/records/index.js';
import { policyBytes } from './policy.js';

/** Settings, departments and busy grants are read again and again; the same text is the same record. */
const PARSED = 2_000;
const LONG = 20_000;
const parsed = new Map<string, RecordOf<RecordKind>>();

function parse<K extends RecordKind>(kind: K, text: string): RecordOf<K> {
  const key = `${kind} ${text}`;
  const known = parsed.get(key);
  if (known) return known as RecordOf<K>;
  const record = records[kind].parse(JSON.parse(text)) as RecordOf<K>;
  if (text.length <= LONG) {
    if (parsed.size >= PARSED) parsed.delete(parsed.keys().next().value as string);
    parsed.set(key, record);
  }
  return record;
}

/**
 * The world state with types on it. Reads see committed state only, as on a peer, so a key is read once and remembered; what a transaction
 * writes it does not read again.
 */
export class State {
  readonly #stub: Context['stub'];
  readonly #read = new Map<string, string | undefined>();

  constructor(stub: Context['stub']) {
    this.#stub = stub;
  }

  async text(key: string): Promise<string | undefined> {
    if (this.#read.has(key)) return this.#read.get(key);
    const bytes = await this.#stub.getState(key);
    // Fabric answers an empty value for a key that isn't there.
    const value = bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8');
    this.#read.set(key, value);
    return value;
  }

  async record<K extends RecordKind>(kind: K, id: string): Promise<RecordOf<K> | undefined> {
    const value = await this.text(recordKey(kind, id));
    return value === undefined ? undefined : parse(kind, value);
  }

  async need<K extends RecordKind>(kind: K, id: string): Promise<RecordOf<K>> {
    const record = await this.record(kind, id);
    if (record === undefined) throw new RuleError('NOT_FOUND', { rule: 'states', given: `${kind} ${id}`, accepted: `an existing ${kind}` });
    return record;
  }

  /** The last part of every key that starts so. Read to the end: an early stop would narrow what Fabric checks for phantoms. */
  async lastParts(type: string, ...parts: string[]): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of this.#stub.getStateByPartialCompositeKey(type, parts)) found.push(splitKey(key).at(-1) as string);
    return found;
  }

  async put<K extends RecordKind>(kind: K, record: RecordOf<K>): Promise<string> {
    const text = canonical(records[kind].parse(record));
    await this.putText(recordKey(kind, record.id), text);
    return text;
  }

  async putText(key: string, value: string): Promise<void> {
    await this.#stub.putState(key, Buffer.from(value));
  }

  /** After the put, never before: Fabric drops in silence a policy set on a key that isn't there. */
  async lock(key: string, policy: KeyPolicy): Promise<void> {
    await this.#stub.setStateValidationParameter(key, policyBytes(policy));
  }

  /** An organisation's own copy; undefined where it holds none. Only its peers can answer. */
  async privateValue(mspId: string, key: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#stub.getPrivateData(ownCollection(mspId), key);
    return bytes.length === 0 ? undefined : bytes;
  }

  /** SHA-256 of a private value, in hexadecimal: every peer has it. */
  async privateHash(mspId: string, key: string): Promise<string> {
    return Buffer.from(await this.#stub.getPrivateDataHash(ownCollection(mspId), key)).toString('hex');
  }

  async putPrivate(mspId: string, key: string, value: Uint8Array): Promise<void> {
    await this.#stub.putPrivateData(ownCollection(mspId), key, value);
  }

  async purgePrivate(mspId: string, key: string): Promise<void> {
    await this.#stub.purgePrivateData(ownCollection(mspId), key);
  }

  /** What came beside the arguments, for endorsers alone. */
  transient(name: string): Uint8Array | undefined {
    return this.#stub.getTransient().get(name);
  }
}
