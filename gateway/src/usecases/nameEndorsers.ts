import { partiesOf } from '@drl/chaincode/model/endorsement';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import { SETTINGS_ID } from '@drl/chaincode/model/keys';
import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { Contest } from '@drl/chaincode/model/records/right';
import type { TransactionName } from '@drl/chaincode/model/transactions';
import { type Consortium, settingsOf } from '@drl/network/consortium';
import type { Identity, Ledger } from '../ledger/ledger.js';
import type { ReadModel } from '../readmodel/readmodel.js';

/**
 * Who may: nobody asks for this; every write does. The organisations to be asked for their endorsement follow from our own rules and from the
 * record that a transaction changes, so the network need not be asked who they are.
 */
export function endorserLookup(ledger: Ledger, readModel: ReadModel, consortium: Consortium) {
  return async (name: TransactionName, input: unknown, as: Identity, silent?: readonly string[]): Promise<readonly string[]> => {
    const record = await changedBy(name, input, as);
    const contest = name === 'right:decline' && record ? await oldestContest(record.id) : undefined;
    const msps = new Map<string, string | undefined>();
    for (const department of [record, contest].flatMap((touched) => (touched && partiesOf(touched).any) ?? []))
      msps.set(department, (await get('department', department, as))?.mspId);
    return endorsersFor(name, {
      settings: (await get('settings', SETTINGS_ID, as)) ?? settingsOf(consortium),
      callerMspId: as.mspId,
      mspOf: (department) => msps.get(department),
      record,
      contest,
      leaving: name === 'department:passOn' ? (input as { from: string }).from : undefined,
      input,
      silent,
    });
  };

  /** The read model may lag behind a record made through another gateway: then the ledger itself is asked. */
  async function get<K extends RecordKind>(kind: K, id: string, as: Identity): Promise<RecordOf<K> | undefined> {
    const known = await readModel.get(kind, id).catch(() => undefined);
    if (known) return known;
    const text = await ledger.evaluate({ name: 'record:get', input: { kind, id } }, as);
    return text === '' ? undefined : (JSON.parse(text) as RecordOf<K>);
  }

  async function changedBy(name: TransactionName, input: unknown, as: Identity) {
    const { id, share, grant } = input as { id?: string; share?: string; grant?: string };
    if (name === 'terms:write' || name === 'terms:purge') return get('grant', grant as string, as);
    if (name === 'share:commit') return share === undefined ? undefined : get('share', share, as);
    const kind = (name === 'department:passOn' ? (input as { record: string }).record : name.split(':')[0]) as RecordKind;
    return id === undefined || name === 'department:admit' ? undefined : get(kind, id, as);
  }

  async function oldestContest(right: string): Promise<Contest | undefined> {
    const { items } = await readModel.list('contest', { right, status: 'open' }, { limit: 200 });
    return [...items].sort((a, b) => (a.created.at < b.created.at ? -1 : 1))[0];
  }
}
