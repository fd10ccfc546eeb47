import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { namedBy, type Related } from '@drl/chaincode/model/rules/authorship';
import { assetOf, formerlyOf } from '@drl/chaincode/model/rules/passing';
import type { BlockTransaction, RecordWrite } from './decode.js';
import { BLOCK_LENGTH, keys, ORDER_LENGTH } from './keys.js';
import { Memory } from './memory.js';
import type { Level } from './store.js';

/** A record as it stands before a transaction, with its place in the lists and its bytes in the store. */
export interface Held<K extends RecordKind = RecordKind> {
  readonly record: RecordOf<K>;
  readonly order: string;
  readonly stored: Buffer;
}

/** An asset's confirmed owner: the right, its holder, and until when. */
export interface Owner {
  readonly right: string;
  readonly holder: string;
  readonly validTo?: string | undefined;
}

export interface Use {
  readonly count: number;
  readonly rows: number;
}

/** What the fold knows of the ledger before each transaction. All that a batch asks for is fetched at once. */
export class Standing {
  readonly #db: Level;
  readonly #records = new Map<RecordKind, Memory<Held>>();
  readonly #owners = new Memory<Owner>();
  readonly #uses = new Memory<Use>();
  readonly #transactions = new Memory<true>();

  constructor(db: Level) {
    this.#db = db;
  }

  async fetch(transactions: readonly BlockTransaction[]): Promise<void> {
    const places = new Set<string>();
    const others = new Map<string, (value: Buffer | undefined) => void>();
    const need = (kind: RecordKind, id: string) => this.#of(kind).has(id) || places.add(keys.place(kind, id));
    for (const tx of transactions) {
      if (!tx.valid) {
        if (!this.#transactions.has(tx.id)) others.set(keys.transactionId(tx.id), (value) => this.#transactions.set(tx.id, value && true));
        continue;
      }
      if (tx.terms !== undefined) need('grant', tx.terms);
      for (const { kind, id, record } of tx.writes) {
        need(kind, id);
        const former = record && formerlyOf(record)?.at(-1)?.department;
        if (record !== undefined && former !== undefined) {
          need('department', former);
          const about = assetOf(record);
          if (about !== undefined) need('asset', about);
        }
        switch (record?.kind) {
          case 'share':
            if (!this.#uses.has(record.grant))
              others.set(keys.usage(record.grant), (value) => this.#uses.set(record.grant, value && readUse(value)));
            need('grant', record.grant);
            break;
          case 'ticket':
          case 'refusal':
            need('grant', record.grant);
            break;
          case 'derivation':
          case 'grant':
          case 'feedback':
            need('asset', record.asset);
            break;
          case 'demand':
            if (record.match !== undefined) need('asset', record.match.asset);
            if (record.resolvedBy !== undefined) need('share', record.resolvedBy);
            break;
          case 'joining':
            need('demand', record.demand);
            if (record.resolvedBy !== undefined) need('share', record.resolvedBy);
            break;
          case 'rating':
            need('share', record.share);
            break;
          case 'dispute':
            for (const named of namedBy(record.subject)) need(named.kind, named.id);
            break;
          case 'right':
          case 'contest':
            if (!this.#owners.has(record.asset))
              others.set(keys.owner(record.asset), (value) => this.#owners.set(record.asset, readOwner(value)));
            if (record.kind === 'right' && record.transferredFrom !== undefined) need('right', record.transferredFrom);
        }
      }
    }
    await Promise.all([this.#fetchRecords([...places]), this.#fetchOthers(others)]);
  }

  held<K extends RecordKind>(kind: K, id: string): Held<K> | undefined {
    return this.#of(kind).get(id) as Held<K> | undefined;
  }

  #record<K extends RecordKind>(kind: K, id: string | undefined): RecordOf<K> | undefined {
    return id === undefined ? undefined : this.held(kind, id)?.record;
  }

  holds(held: Held): void {
    this.#of(held.record.kind).set(held.record.id, held);
  }

  /** What a change stands on (rules/authorship.ts), as it stood before the transaction; of a dispute that opens with a claim, the asset that makes it as written beside it. */
  related(next: LedgerRecord, at: number, beside: readonly RecordWrite[]): Related {
    const former = formerlyOf(next)?.at(-1)?.department;
    if (former === undefined) return this.#related(next, at, beside);
    return {
      asset: this.#record('asset', assetOf(next)),
      ...this.#related(next, at, beside),
      predecessor: this.held('department', former)?.record,
    };
  }

  #related(next: LedgerRecord, at: number, beside: readonly RecordWrite[]): Related {
    switch (next.kind) {
      case 'ticket':
      case 'share':
      case 'refusal':
        return { grant: this.held('grant', next.grant)?.record };
      case 'derivation':
      case 'grant':
      case 'feedback':
        return { asset: this.held('asset', next.asset)?.record };
      case 'demand':
        return { asset: this.#record('asset', next.match?.asset), share: this.#record('share', next.resolvedBy) };
      case 'joining':
        return { demand: this.#record('demand', next.demand), share: this.#record('share', next.resolvedBy) };
      case 'rating':
        return { share: this.held('share', next.share)?.record };
      case 'dispute':
        return { about: namedBy(next.subject).flatMap(({ kind, id }) => writtenAs(beside, kind, id) ?? this.held(kind, id)?.record ?? []) };
      case 'right': {
        const from = next.transferredFrom === undefined ? undefined : this.held('right', next.transferredFrom)?.record;
        const owner = this.#owners.get(next.asset);
        const ended = owner?.validTo !== undefined && at > Date.parse(owner.validTo);
        return { owner: ended ? undefined : owner?.holder, from };
      }
      default:
        return {};
    }
  }

  /** Who owns the asset after this change: the holder of an ownership right, confirmed or transferred, until it ends or an objection is upheld. */
  ownerAfter(next: LedgerRecord, before: LedgerRecord | undefined): { asset: string; owner: Owner | undefined } | undefined {
    if (next.kind !== 'right' && next.kind !== 'contest') return undefined;
    const { asset } = next;
    const owner = this.#owners.get(asset);
    if (next.kind === 'contest') return next.status === 'upheld' && owner?.right === next.right ? { asset, owner: undefined } : undefined;
    const confirmed = next.status === 'confirmed';
    const begins = next.rightType === 'ownership' && before?.status !== 'confirmed';
    // Passed on to another holder, it still is what it was.
    if (confirmed && (begins || (owner?.right === next.id && owner.holder !== next.holder)))
      return { asset, owner: { right: next.id, holder: next.holder, validTo: next.validTo } };
    return owner?.right === next.id && !confirmed ? { asset, owner: undefined } : undefined;
  }

  owns(asset: string, owner: Owner | undefined): void {
    this.#owners.set(asset, owner);
  }

  use(grant: string): Use {
    return this.#uses.get(grant) ?? { count: 0, rows: 0 };
  }

  used(grant: string, use: Use): void {
    this.#uses.set(grant, use);
  }

  /** Whether an earlier transaction has that id. */
  isTaken(id: string): boolean {
    return this.#transactions.get(id) ?? false;
  }

  takes(id: string): void {
    this.#transactions.set(id, true);
  }

  /** Goes with the batch (memory.ts). */
  turn(): void {
    for (const memory of [...this.#records.values(), this.#owners, this.#uses, this.#transactions]) memory.turn();
  }

  #of(kind: RecordKind): Memory<Held> {
    let memory = this.#records.get(kind);
    if (memory === undefined) {
      memory = new Memory();
      this.#records.set(kind, memory);
    }
    return memory;
  }

  async #fetchRecords(wanted: readonly string[]): Promise<void> {
    if (wanted.length === 0) return;
    const places = await this.#db.getMany([...wanted]);
    const found: { kind: RecordKind; id: string; order: string; key: string }[] = [];
    wanted.forEach((key, i) => {
      const { kind, id } = keys.placed(key);
      const place = places[i]?.toString('latin1');
      if (place === undefined) this.#of(kind).set(id, undefined);
      else {
        const order = place.slice(0, ORDER_LENGTH);
        found.push({ kind, id, order, key: keys.current(kind, place.slice(ORDER_LENGTH), order) });
      }
    });
    if (found.length === 0) return;
    const records = await this.#db.getMany(found.map(({ key }) => key));
    found.forEach(({ kind, id, order }, i) => {
      const stored = records[i] as Buffer;
      this.#of(kind).set(id, { record: JSON.parse(stored.toString('utf8', BLOCK_LENGTH)) as LedgerRecord, order, stored });
    });
  }

  async #fetchOthers(wanted: ReadonlyMap<string, (value: Buffer | undefined) => void>): Promise<void> {
    if (wanted.size === 0) return;
    const values = await this.#db.getMany([...wanted.keys()]);
    [...wanted.values()].forEach((take, i) => void take(values[i]));
  }
}

const writtenAs = (writes: readonly RecordWrite[], kind: RecordKind, id: string) =>
  writes.find((write) => write.kind === kind && write.id === id)?.record;

export function readUse(value: Buffer | undefined): Use {
  const [count = 0, rows = 0] = (value?.toString('latin1') ?? '').split(' ').map(Number);
  return { count, rows };
}

export const writeUse = ({ count, rows }: Use): Buffer => Buffer.from(`${count} ${rows}`, 'latin1');

/** Empty: the asset had an owner once, and has none now. */
function readOwner(value: Buffer | undefined): Owner | undefined {
  return value === undefined || value.length === 0 ? undefined : (JSON.parse(value.toString()) as Owner);
}

export const writeOwner = (owner: Owner | undefined): Buffer => Buffer.from(owner === undefined ? '' : JSON.stringify(owner));
