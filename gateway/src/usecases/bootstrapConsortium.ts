import { canonical } from '@drl/chaincode/model/canonical';
import { SETTINGS_ID } from '@drl/chaincode/model/keys';
import type { Settings } from '@drl/chaincode/model/records/department';
import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { type Consortium, managerOf, settingsOf } from '@drl/network/consortium';
import { type Identity, LedgerError } from '../ledger/ledger.js';
import type { Services } from './services.js';

/**
 * Who may: a manager. What the consortium file says and the ledger does not: settings, then departments, the manager's own first. Run again it
 * writes only what has changed in the file; what the ledger has beyond the file stays, as nothing is deleted. `founded`: the ledger had no
 * settings before, so this was its first.
 */
export async function bootstrapConsortium(
  services: Services,
  manager: Identity,
  simulatedClock?: Settings['simulatedClock'],
): Promise<{ readonly written: number; readonly founded: boolean }> {
  const { ledger, submitter, consortium } = services;
  let written = 0;
  const write = async <N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<number> => {
    const outcome = await submitter.write({ name, input, as: manager });
    if (outcome.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: outcome.transactionId });
    written += 1;
    return Number(outcome.receipt.block);
  };
  const get = async <K extends RecordKind>(kind: K, id: string): Promise<RecordOf<K> | undefined> => {
    const text = await ledger.evaluate({ name: 'record:get', input: { kind, id } }, manager);
    return text === '' ? undefined : JSON.parse(text);
  };

  const before = await get('settings', SETTINGS_ID);
  const span = simulatedClock ?? before?.simulatedClock;
  const settings = { ...settingsOf(consortium), ...(span ? { simulatedClock: span } : {}) };
  if (!before || canonical(settings) !== canonical(inputOf(before))) await write('settings:set', settings);
  let last = 0;
  for (const { mspId, id, name, region, uscc } of departmentsOf(consortium)) {
    if (await get('department', id)) continue;
    const input = { id, mspId, name: localized(name), ...(region ? { region } : {}), ...(uscc ? { uscc } : {}) };
    last = await write('department:admit', input);
  }
  if (last > 0) await services.readModel.reached(last);
  return { written, founded: before === undefined };
}

/** The manager's own comes first: without it, nobody is known who could admit the others. */
function departmentsOf(consortium: Consortium) {
  const manager = managerOf(consortium);
  const others = consortium.organisations.filter((organisation) => organisation !== manager);
  return [manager, ...others].flatMap(({ mspId, departments }) => departments.map((department) => ({ ...department, mspId })));
}

function inputOf({ kind: _k, id: _i, version: _v, created: _c, updated: _u, status: _s, ...input }: Settings) {
  return input;
}

function localized({ zh, en }: { zh?: string | undefined; en?: string | undefined }) {
  return { ...(zh ? { zh } : {}), ...(en ? { en } : {}) };
}
