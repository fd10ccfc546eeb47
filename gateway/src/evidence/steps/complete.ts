import type { RecordKind } from '@drl/chaincode/model/records/index';
import type { Version } from '@drl/network/block/rwset';
import { BundleError } from '../errors.js';
import { LIFECYCLE } from '../lifecycle.js';
import { definitionFields, definitionNeed, fieldNeed, recordNeeds, recordWrites } from '../needs.js';
import { actionOf, listed, type Opened, type OpenedTransaction } from '../opened.js';

/**
 * The bundle holds what its subject stands on, all of it and nothing else: whatever can be reached from the subject by what the transactions say
 * that they read, the definitions they ran under, and the config in force. What cannot be reached is proven by nothing here.
 */
export function complete(opened: Opened): void {
  const versions = new Versions(opened);
  const reached = new Set<OpenedTransaction>();
  const waiting = [...versions.subject()];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...standsOn(opened, versions, next));
  }
  for (const transaction of opened.transactions.values())
    if (!reached.has(transaction)) throw new BundleError('SURPLUS', `nothing stands on transaction ${transaction.entry.id}`);
  versions.allReached();
}

function standsOn(opened: Opened, versions: Versions, transaction: OpenedTransaction): OpenedTransaction[] {
  const { block, entry } = transaction;
  const config = listed(opened, { block: BigInt(block.lastConfig), tx: 0n }, `the config in force at block ${block.block.number}`);
  if (transaction === config) return [];
  const action = actionOf(transaction);
  if (action.chaincode === LIFECYCLE) return [config, ...fields(opened, transaction)];
  if (action.chaincode !== opened.bundle.chaincode)
    throw new BundleError('SURPLUS', `transaction ${entry.id} is of the chaincode ${action.chaincode}`);
  const definition = definitionNeed(action);
  if (definition === undefined)
    throw new BundleError('POLICY_SOURCE', `transaction ${entry.id} does not say which definition it ran under`);
  return [
    config,
    listed(opened, definition, `the definition that ${entry.id} ran under`),
    ...recordNeeds(action).map((need) => versions.at(need)),
  ];
}

function fields(opened: Opened, commit: OpenedTransaction): OpenedTransaction[] {
  return definitionFields.flatMap((field) => {
    const place = fieldNeed(actionOf(commit), opened.bundle.chaincode, field);
    return place ? [listed(opened, place, `which set the definition’s ${field}`)] : [];
  });
}

/** State: which of the versions shown something stands on. */
class Versions {
  readonly #histories = new Map<string, ReadonlyMap<string, number>>();
  readonly #reached = new Set<string>();

  constructor(private readonly opened: Opened) {
    for (const { kind, id, versions } of opened.bundle.records) {
      const key = `${kind}/${id}`;
      const byTransaction = new Map(versions.map((v, i) => [v.transaction, i + 1]));
      if (this.#histories.has(key) || byTransaction.size < versions.length) throw new BundleError('FORMAT', `${key} stands twice`);
      this.#histories.set(key, byTransaction);
    }
  }

  /** The transactions that wrote what was asked for. */
  subject(): OpenedTransaction[] {
    const { subject, records } = this.opened.bundle;
    const [first] = records;
    if (subject.kind === 'transaction') return this.#transaction(subject.id);
    if (first === undefined || first.kind !== subject.kind || first.id !== subject.id)
      throw new BundleError('SUBJECT', `the first record is not ${subject.kind} ${subject.id}`);
    return first.versions.map(({ transaction }) => {
      this.#reach(first.kind, first.id, transaction);
      return this.#listed(transaction);
    });
  }

  #transaction(id: string): OpenedTransaction[] {
    const transaction = this.#listed(id);
    const writes = recordWrites(actionOf(transaction));
    if (writes.length === 0) throw new BundleError('SUBJECT', `transaction ${id} wrote no record`);
    for (const { kind, id: recordId } of writes) this.#reach(kind, recordId, id);
    return [transaction];
  }

  /** The transaction at the place of a read: it has to be one that wrote a version shown. */
  at(need: { readonly kind: RecordKind; readonly id: string; readonly place: Version }): OpenedTransaction {
    const transaction = listed(this.opened, need.place, `where ${need.kind} ${need.id} was read`);
    this.#reach(need.kind, need.id, transaction.entry.id);
    return transaction;
  }

  #listed(id: string): OpenedTransaction {
    const found = this.opened.transactions.get(id);
    if (found === undefined) throw new BundleError('MISSING', `transaction ${id}`);
    return found;
  }

  #reach(kind: RecordKind, id: string, transaction: string): void {
    const version = this.#histories.get(`${kind}/${id}`)?.get(transaction);
    if (version === undefined) throw new BundleError('MISSING', `${kind} ${id} as transaction ${transaction} wrote it`);
    this.#reached.add(`${kind}/${id}/${version}`);
  }

  allReached(): void {
    for (const [key, byTransaction] of this.#histories)
      for (const version of byTransaction.values())
        if (!this.#reached.has(`${key}/${version}`)) throw new BundleError('SURPLUS', `nothing stands on version ${version} of ${key}`);
  }
}
