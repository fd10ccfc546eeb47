import { RuleError } from '@drl/chaincode/model/errors';
import type { Department } from '@drl/chaincode/model/records/department';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { assetOf, bound, FIRST, passingKinds } from '@drl/chaincode/model/rules/passing';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { ServiceError } from '../errors.js';
import { LedgerError } from '../ledger/ledger.js';
import type { Services } from './services.js';
import { isManager, notFound } from './visibility.js';
import { countWaiting, waitingOf } from './waiting.js';
import type { Who } from './who.js';
import { writeRecord } from './writeRecord.js';

/**
 * A department is dissolved and all that it bore goes to its successors, one record at a time; or it is split and lives on, and what is assigned goes. Who may: a manager. Told as it goes. Broken off, or
 * asked again, it goes on with what still waits: the ledger says what that is, so nothing need be remembered here.
 */
export interface Succession extends TransactionInput<'department:succeed'> {
  /** Who takes what is not named in `assign`; a merge needs none. */
  readonly default?: string | undefined;
  /** By the id of an asset, or of any other record: the asset's goes for what hangs on it. */
  readonly assign?: Readonly<Record<string, string>> | undefined;
}

export type SuccessionEvent =
  | { readonly event: 'dissolved' | 'split'; readonly id: string; readonly version: number; readonly successors: readonly string[] }
  | { readonly event: 'passed'; readonly kind: string; readonly id: string; readonly version: number; readonly to: string }
  | { readonly event: 'kept'; readonly kind: string; readonly id: string; readonly code: string; readonly reason: string }
  | {
      readonly event: 'summary';
      readonly passed: Readonly<Record<string, number>>;
      readonly kept: number;
      readonly waiting: Readonly<Record<string, number>>;
    };

/** As many records at once. Each is a transaction of its own. */
const AT_ONCE = 8;

export async function* passOnAll(
  services: Services,
  who: Who,
  requestId: string,
  asked: Succession,
  signal: AbortSignal,
): AsyncGenerator<SuccessionEvent> {
  if (!isManager(who.caller))
    throw new RuleError('ROLE_MISSING', { rule: 'succession', given: who.caller.roles.join(', ') || 'none', accepted: 'manager' });
  const heir = heirOf(asked);
  const { id, version, status } = await decree(services, who, requestId, asked);
  yield { event: status === 'dissolved' ? status : 'split', id, version, successors: asked.successors };
  const passed: Record<string, number> = {};
  const tried = new Set<string>();
  let kept = 0;
  // Assets first: what is borne as their publisher follows them.
  for (const kind of passingKinds)
    for (;;) {
      const waiting = await waitingOf(services.readModel, kind, asked.id, { but: tried });
      if (waiting.length === 0) break;
      for (let at = 0; at < waiting.length; at += AT_ONCE) {
        if (services.stopping.aborted) throw new ServiceError('SHUTTING_DOWN');
        signal.throwIfAborted();
        const some = waiting.slice(at, at + AT_ONCE);
        for (const { id } of some) tried.add(id);
        for (const event of await Promise.all(some.map((record) => passOne(services, who, requestId, asked.id, record, heir)))) {
          if (event === undefined) continue;
          if (event.event === 'passed') passed[kind] = (passed[kind] ?? 0) + 1;
          else kept += 1;
          yield event;
        }
      }
    }
  yield { event: 'summary', passed, kept, waiting: status === 'dissolved' ? await countWaiting(services.readModel, id) : {} };
}

type Heir = (record: LedgerRecord) => string;

/** Whose a record becomes, or stays: said of itself, of its grant, of its asset, else by default. Whoever takes an asset takes what is borne as its publisher. */
function heirOf({ id: itself, successors, default: otherwise, assign = {} }: Succession): Heir {
  const [first] = successors;
  const alone = successors.length === 1 ? first : successors.find((id) => id === itself);
  const fallback = otherwise ?? alone;
  const foreign = [...Object.values(assign), ...(otherwise === undefined ? [] : [otherwise])].find((id) => !successors.includes(id));
  if (foreign !== undefined || fallback === undefined)
    throw new RuleError('INPUT_INVALID', {
      rule: 'schema',
      fields: [{ path: foreign === undefined ? 'default' : 'assign', message: `one of ${successors.join(', ')}` }],
    });
  return (record) => {
    const named = [record.id, 'grant' in record ? record.grant : undefined, assetOf(record), ...subjectOf(record)];
    return named.map((id) => (id === undefined ? undefined : assign[id])).find((to) => to !== undefined) ?? fallback;
  };
}

/** What a dispute is about goes where that goes. */
function subjectOf(record: LedgerRecord): string[] {
  if (record.kind !== 'dispute') return [];
  return [...('id' in record.subject ? [record.subject.id] : []), ...record.assets];
}

/** Once. A second asking must say the same successors: they are on the ledger, and stand. */
async function decree(services: Services, who: Who, requestId: string, { id, kind, successors, basis }: Succession): Promise<Department> {
  const department = await services.readModel.get('department', id);
  if (department === undefined) throw notFound(id);
  const { succession } = department;
  const lives = department.status === 'active' && kind === 'split' && successors.includes(id);
  const said = lives && successors.every((successor) => succession?.successors.includes(successor));
  if (said) return department;
  if (succession === undefined || department.status === 'active') {
    const input = { id, kind, successors: [...successors], basis };
    return (await write(services, who, { name: 'department:succeed', input, requestId })) as Department;
  }
  if (succession.kind !== kind || [...succession.successors].sort().join() !== [...successors].sort().join())
    throw new RuleError('STATE_FORBIDS', {
      rule: 'succession',
      given: `${kind} ${successors.join(', ')}`,
      accepted: `${succession.kind} ${succession.successors.join(', ')}`,
    });
  return department;
}

async function passOne(
  services: Services,
  who: Who,
  requestId: string,
  from: string,
  record: LedgerRecord,
  heir: Heir,
): Promise<Extract<SuccessionEvent, { event: 'passed' | 'kept' }> | undefined> {
  const { kind, id } = record;
  try {
    const about = assetOf(record);
    const asset = about === undefined ? undefined : await services.readModel.get('asset', about);
    const only = bound(record, from, asset);
    const to = only === undefined || only === FIRST ? heir(record) : only;
    if (to === from) return undefined;
    const { version } = await write(services, who, { name: 'department:passOn', input: { record: kind, id, from, to }, requestId });
    return { event: 'passed', kind, id, version, to };
  } catch (error) {
    // One that is refused, or whose organisation’s peer is gone, holds up none of the others.
    if (error instanceof RuleError) return { event: 'kept', kind, id, code: error.code, reason: reasonOf(error) };
    if (error instanceof LedgerError && error.code !== 'IDENTITY_REFUSED')
      return { event: 'kept', kind, id, code: error.code, reason: error.detail.reason ?? '' };
    throw error;
  }
}

async function write(services: Services, who: Who, request: Parameters<typeof writeRecord>[2]): Promise<LedgerRecord> {
  const written = await writeRecord(services, who, request);
  if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
  return written.record;
}

const reasonOf = ({ detail: { given, accepted } }: RuleError) => [given, accepted && `→ ${accepted}`].filter(Boolean).join(' ');
