import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { Related } from '@drl/chaincode/model/rules/authorship';
import type { BlockTransaction, RecordWrite } from './decode.js';
import { BLOCK_LENGTH, keys, ORDER_LENGTH } from './keys.js';
import type { Overlay } from './overlay.js';

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
  readonly validTo?: string;
}

/** What the fold knows of the ledger before each transaction. Everything is fetched for a whole batch at once, in two rounds. */
export class Standing {
  readonly #overlay: Overlay;
  /** Records that many transactions of a batch stand on (a grant of many shares) are parsed once. */
  readonly #parsed = new WeakMap<Buffer, LedgerRecord>();

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  async fetch(transactions: readonly BlockTransaction[]): Promise<void> {
    const named = transactions.flatMap((tx) => (tx.valid ? tx.writes.flatMap(recordsNamed) : []));
    const others = transactions.flatMap((tx) => (tx.valid ? tx.writes.flatMap(othersNamed) : [keys.transactionId(tx.id)]));
    await this.#overlay.fetch([...others, ...named.map(([kind, id]) => keys.place(kind, id))]);
    const current = named.flatMap(([kind, id]) => this.#currentKey(kind, id) ?? []);
    await this.#overlay.fetch(current);
  }

  held<K extends RecordKind>(kind: K, id: string): Held<K> | undefined {
    const key = this.#currentKey(kind, id);
    const stored = key === undefined ? undefined : this.#overlay.get(key);
    if (key === undefined || stored === undefined) return undefined;
    let record = this.#parsed.get(stored);
    if (record === undefined) {
      record = JSON.parse(stored.toString('utf8', BLOCK_LENGTH)) as LedgerRecord;
      this.#parsed.set(stored, record);
    }
    return { record: record as RecordOf<K>, order: key.slice(-ORDER_LENGTH), stored };
  }

  /** Spares parsing again what has just been written. */
  knows(stored: Buffer, record: LedgerRecord): void {
    this.#parsed.set(stored, record);
  }

  /** What a change stands on (rules/authorship.ts), as it stood before the transaction. */
  related(next: LedgerRecord, at: number): Related {
    switch (next.kind) {
      case 'share':
      case 'refusal':
        return { grant: this.held('grant', next.grant)?.record };
      case 'grant':
        return { asset: this.held('asset', next.asset)?.record };
      case 'right': {
        const from = next.transferredFrom === undefined ? undefined : this.held('right', next.transferredFrom)?.record;
        return { owner: this.#ownerOf(next.asset, at)?.holder, from };
      }
      default:
        return {};
    }
  }

  /** Keeps who owns an asset: an ownership right that was confirmed or came by transfer, until it ends or an objection to it is upheld. */
  ownership(next: LedgerRecord, before: LedgerRecord | undefined): void {
    if (next.kind !== 'right' && next.kind !== 'contest') return;
    const owner = this.#owner(next.asset);
    if (next.kind === 'contest') {
      if (next.status === 'upheld' && owner?.right === next.right) this.#overlay.put(keys.owner(next.asset), NOBODY);
    } else if (next.rightType === 'ownership' && next.status === 'confirmed' && before?.status !== 'confirmed') {
      const { id: right, holder, validTo } = next;
      this.#overlay.put(
        keys.owner(next.asset),
        Buffer.from(JSON.stringify({ right, holder, ...(validTo === undefined ? {} : { validTo }) })),
      );
    } else if (owner?.right === next.id && next.status !== 'confirmed') this.#overlay.put(keys.owner(next.asset), NOBODY);
  }

  #ownerOf(asset: string, at: number): Owner | undefined {
    const owner = this.#owner(asset);
    return owner?.validTo !== undefined && at > Date.parse(owner.validTo) ? undefined : owner;
  }

  #owner(asset: string): Owner | undefined {
    const stored = this.#overlay.get(keys.owner(asset));
    return stored === undefined || stored.length === 0 ? undefined : (JSON.parse(stored.toString()) as Owner);
  }

  #currentKey(kind: RecordKind, id: string): string | undefined {
    const place = this.#overlay.get(keys.place(kind, id))?.toString('latin1');
    return place === undefined ? undefined : keys.current(kind, place.slice(ORDER_LENGTH), place.slice(0, ORDER_LENGTH));
  }
}

const NOBODY = Buffer.alloc(0);

function recordsNamed({ kind, id, record }: RecordWrite): [RecordKind, string][] {
  const named: [RecordKind, string][] = [[kind, id]];
  if (record?.kind === 'share' || record?.kind === 'refusal') named.push(['grant', record.grant]);
  else if (record?.kind === 'grant') named.push(['asset', record.asset]);
  else if (record?.kind === 'right' && record.transferredFrom !== undefined) named.push(['right', record.transferredFrom]);
  return named;
}

function othersNamed({ record }: RecordWrite): string[] {
  if (record?.kind === 'share') return [keys.usage(record.grant)];
  return record?.kind === 'right' || record?.kind === 'contest' ? [keys.owner(record.asset)] : [];
}
