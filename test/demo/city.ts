import { contracts } from '@drl/chaincode';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { demoUsers } from '@drl/gateway/demo/users';
import { type Consortium, managerOf, settingsOf } from '@drl/network/consortium';
import { EmbeddedLedger, type EnrolledIdentity } from '@drl/network/embedded/engine';

/** The demonstration's city on an embedded ledger of its own: everyone enrolled, settings and departments written. */
export async function openCity(dir: string, consortium: Consortium, simulateFrom: Date) {
  const ledger = await EmbeddedLedger.open({ dir, consortium, contracts, simulateFrom });
  const users = new Map<string, EnrolledIdentity>();
  for (const { name, mspId, department, roles, auditScope } of demoUsers(consortium)) {
    const attributes = {
      department,
      roles: roles.join(','),
      ...(auditScope ? { auditScope: auditScope === 'all' ? 'all' : auditScope.join(',') } : {}),
    };
    users.set(name, ledger.enroll({ mspId, name, attributes }));
  }
  const settings = settingsOf(consortium);
  const mspOf = (department: string) => consortium.organisations.find((o) => o.departments.some((d) => d.id === department))?.mspId;

  async function write<N extends TransactionName>(
    as: string,
    name: N,
    input: TransactionInput<N>,
  ): Promise<{ result: string; block: number }> {
    const signer = users.get(as);
    if (!signer) throw new Error(`nobody is called ${as}`);
    const id = (input as { id?: string }).id;
    const kind = name.split(':')[0] as string;
    const record =
      id &&
      (await ledger.evaluate({ name: 'record:get', args: [Buffer.from(JSON.stringify({ input: { kind, id } }))] }, signer)).toString();
    const endorsers = endorsersFor(name, {
      settings,
      callerMspId: signer.mspId,
      mspOf,
      record: record ? (JSON.parse(record) as LedgerRecord) : undefined,
      input,
    });
    const endorsed = await ledger.endorse({ name, args: [Buffer.from(JSON.stringify({ input }))] }, endorsers, signer);
    const { code, block } = await ledger.submit(endorsed.envelope);
    if (code !== 0) throw new Error(`${name} by ${as}: validation code ${code}`);
    return { result: endorsed.result.toString(), block: Number(block) };
  }

  const manager = `${managerOf(consortium).departments[0]?.id}-manager-1`;
  await write(manager, 'settings:set', { ...settings, simulatedClock: { from: simulateFrom.toISOString(), to: new Date().toISOString() } });
  for (const { mspId, departments } of consortium.organisations)
    for (const { id, name, region } of departments)
      await write(manager, 'department:admit', { id, mspId, name: JSON.parse(JSON.stringify(name)), ...(region ? { region } : {}) });
  return { ledger, users, write };
}
