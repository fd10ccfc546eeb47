import { canonical } from './model/canonical.js';
import { partiesOf, policyOf } from './model/endorsement.js';
import { RuleError } from './model/errors.js';
import { recordKey } from './model/keys.js';
import type { LedgerRecord, RecordKind, RecordOf } from './model/records/index.js';
import type { Act } from './model/rules/act.js';
import { authorshipFault, type Related } from './model/rules/authorship.js';
import type { TransactionInput, TransactionName } from './model/transactions.js';
import type { State } from './state.js';

/** One transaction at work: what it was asked, what it may read, what it has written. */
export class Unit<N extends TransactionName> {
  readonly written: LedgerRecord[] = [];

  constructor(
    readonly act: Act,
    readonly input: TransactionInput<N>,
    readonly state: State,
  ) {}

  /** Stores a record, if its author may have made it, and says whose peers must sign its next change, if that is new. Answers its bytes. */
  async save<K extends RecordKind>(kind: K, previous: RecordOf<K> | undefined, next: RecordOf<K>, related: Related = {}): Promise<string> {
    const fault = authorshipFault(kind, previous, next, this.act.caller, related);
    if (fault) throw new RuleError(fault, { rule: '1', given: this.act.caller.department, accepted: 'whoever the record speaks for' });
    const text = await this.state.put(kind, next);
    if (previous === undefined || canonical(partiesOf(previous)) !== canonical(partiesOf(next))) await this.#lock(next, related);
    this.written.push(next);
    return text;
  }

  async #lock(record: LedgerRecord, { grant }: Related): Promise<void> {
    const { caller, settings } = this.act;
    const mspIds = new Map<string, string>([[caller.department, caller.mspId]]);
    if (record.kind === 'department') mspIds.set(record.id, record.mspId);
    // Who asked for the grant signed it: a share, of which there are many, need not read the register for that.
    if (grant !== undefined) mspIds.set(grant.created.department, grant.created.mspId);
    const { any = [], all = [] } = partiesOf(record);
    for (const id of [...any, ...all]) {
      if (mspIds.has(id)) continue;
      const department = await this.state.record('department', id);
      if (department) mspIds.set(id, department.mspId);
    }
    const policy = policyOf(record, (id) => mspIds.get(id), settings);
    if (policy) await this.state.lock(recordKey(record.kind, record.id), policy);
  }
}
