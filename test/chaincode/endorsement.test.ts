import { keyPolicy, type Parties } from '@drl/chaincode/model/endorsement';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import { recordKey } from '@drl/chaincode/model/keys';
import { policyBytes } from '@drl/chaincode/policy';
import { policyBytes as expectedBytes, type Principal, parsePolicy, readPolicy, satisfied } from '@drl/network/block/policy';
import { common } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { ask, auditor, city, granted, household, manager, published, sent, social, socialConsumer, zh } from './city';

const settings = { managerMspId: 'M', departmentMspIds: ['A', 'B', 'C', 'D'] };
const mspOf = (department: string) => ({ a: 'A', a2: 'A', b: 'B', c: 'C', d: 'D', bureau: 'M', audit: 'X' })[department];
const peers = (...mspIds: string[]) =>
  mspIds.map((mspId) => ({ id: mspId, satisfies: (p: Principal) => p.kind === 'role' && p.mspId === mspId && p.role === 'peer' }));
const signedBy = (parties: Parties, ...mspIds: string[]) => {
  const policy = keyPolicy(parties, mspOf, settings);
  return policy && satisfied(readPolicy(policyBytes(policy)), peers(...mspIds));
};

test.each([
  [{ manager: 'M', any: ['A'] }, "AND('M.peer', 'A.peer')"],
  [{ manager: 'M', any: ['A', 'B'] }, "AND('M.peer', OR('A.peer', 'B.peer'))"],
  [{ manager: 'M', all: ['A', 'B'] }, "AND('M.peer', 'A.peer', 'B.peer')"],
  [{ manager: 'M', any: ['A'.repeat(64), 'B'.repeat(64)] }, `AND('M.peer', OR('${'A'.repeat(64)}.peer', '${'B'.repeat(64)}.peer'))`],
])('the bytes are those of Fabric’s own policy language: %j', (policy, text) => {
  const bytes = Buffer.from(policyBytes(policy));
  expect(bytes.toString('hex')).toBe(expectedBytes(parsePolicy(text)).toString('hex'));
  expect(Buffer.from(common.SignaturePolicyEnvelope.deserializeBinary(bytes).serializeBinary()).equals(bytes)).toBe(true);
});

test('nobody rewrites a record alone, nobody can veto what another of its parties says, and no third can say it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom('a', 'a2', 'b', 'c'), { minLength: 1, maxLength: 3 }), (parties) => {
      const mspIds = new Set(parties.map((id) => mspOf(id) as string));
      for (const mspId of ['A', 'B', 'C', 'D']) {
        expect(signedBy({ any: parties }, 'M', mspId)).toBe(mspIds.has(mspId));
        expect(signedBy({ any: parties }, mspId)).toBe(false);
      }
      expect(signedBy({ any: parties }, 'M')).toBe(false);
      expect(signedBy({ any: parties }, 'A', 'B', 'C', 'D')).toBe(false);
    }),
  );
});

test('what is never rewritten needs all whom it concerns, the auditor included', () => {
  expect(signedBy({ all: ['a', 'b'] }, 'M', 'A')).toBe(false);
  expect(signedBy({ all: ['a', 'b'] }, 'M', 'A', 'B')).toBe(true);
  expect(signedBy({ all: ['audit'] }, 'M', 'A', 'B', 'C', 'D')).toBe(false);
});

test('where one party has no peer beside the manager’s, the chaincode’s policy stays: else the other could hold it up', () => {
  expect(keyPolicy({ any: ['a', 'bureau'] }, mspOf, settings)).toBeUndefined();
  expect(keyPolicy({ any: ['a', 'audit'] }, mspOf, settings)).toBeUndefined();
  expect(keyPolicy({ any: ['a', 'nobody'] }, mspOf, settings)).toBeUndefined();
  expect(keyPolicy({}, mspOf, settings)).toBeUndefined();
});

test('two endorsers are named, however many departments there are, and the order of parties does not reach the bytes', () => {
  const many = { managerMspId: 'M', departmentMspIds: Array.from({ length: 300 }, (_, i) => `D${i}`) };
  expect(endorsersFor('asset:register', { settings: many, callerMspId: 'D42', mspOf })).toEqual(['M', 'D42']);
  expect(endorsersFor('audit:record', { settings: many, callerMspId: 'X', mspOf })).toEqual(['M', 'D0']);
  expect(endorsersFor('audit:record', { settings: many, callerMspId: 'X', mspOf, silent: ['D0', 'D1'] })).toEqual(['M', 'D2']);
  expect(endorsersFor('asset:register', { settings: many, callerMspId: 'D42', mspOf, silent: ['D42'] })).toEqual(['M', 'D0']);
  const bytes = (any: string[]) => policyBytes(keyPolicy({ any }, mspOf, settings) ?? { manager: '' });
  expect(bytes(['b', 'a'])).toEqual(bytes(['a', 'b']));
});

test('on the ledger: what a grant’s manager decides, the asker’s peer signs; a ruling is signed by the side it favours', async () => {
  const ledger = await city();
  const asset = await published(ledger);
  const grant = await ledger.write('grant', 'grant:request', ask(asset.id), socialConsumer);
  ledger.now = new Date('2026-03-17T02:00:00Z');
  const escalated = await ledger.simulate('grant:approve', { id: grant.id }, manager);
  expect(escalated.endorsers).toEqual(['BureauMSP', 'SocialMSP']);
  expect(ledger.commit(escalated)).toBe('VALID');
  const claim = { asset: asset.id, rightType: 'ownership', role: 'producer', basis: zh('职责') } as const;
  const { id } = await ledger.write('right', 'right:claim', claim, household);
  const contest = await ledger.write('contest', 'right:contest', { id, reason: zh('异议') }, social);
  const upheld = await ledger.simulate('right:decline', { id }, manager, { contest });
  expect(upheld.endorsers).toEqual(['BureauMSP', 'SocialMSP']);
  const dismissed = await ledger.simulate('right:confirm', { id }, manager);
  expect(dismissed.endorsers).toEqual(['BureauMSP', 'PoliceMSP']);
  expect([ledger.commit(upheld), ledger.commit(dismissed)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test('on the ledger: endorsed by the wrong ones, nothing changes', async () => {
  const ledger = await city();
  const { id } = await granted(ledger);
  const share = await ledger.simulate('share:commit', sent(id), household, { endorsers: ['PoliceMSP', 'SocialMSP'] });
  expect(ledger.commit(share)).toBe('ENDORSEMENT_POLICY_FAILURE');
  for (const endorsers of [['BureauMSP'], ['PoliceMSP'], ['BureauMSP', 'AgenciesMSP'], ['PoliceMSP', 'SocialMSP']]) {
    const revoke = await ledger.simulate('grant:revoke', { id, reason: zh('撤') }, household, { endorsers });
    expect(ledger.commit(revoke)).toBe('ENDORSEMENT_POLICY_FAILURE');
  }
  const revoke = await ledger.simulate('grant:revoke', { id, reason: zh('撤') }, household);
  expect(ledger.commit(revoke)).toBe('VALID');
});

test('an auditor’s look, once recorded, is rewritten by nobody without the auditors’ own peer', async () => {
  const ledger = await city();
  const look = { action: 'trail', queryHash: 'b'.repeat(64), resultCount: 0, asOfBlock: 1, outcome: 'answered' } as const;
  const { id } = await ledger.write('audit-query', 'audit:record', look, auditor);
  const policy = ledger.state.get(recordKey('audit-query', id))?.policy;
  expect(policy && satisfied(readPolicy(policy), peers('BureauMSP', 'PoliceMSP', 'SocialMSP', 'AgenciesMSP'))).toBe(false);
});

test('a policy is set where a record is new or its parties change, and nowhere else', async () => {
  const ledger = await city();
  const { id } = await published(ledger);
  const claim = { asset: id, rightType: 'ownership', role: 'producer', basis: zh('职责') } as const;
  const right = await ledger.simulate('right:claim', claim, household);
  expect(right.policies.size).toBe(1);
  ledger.commit(right);
  const rightId = JSON.parse(right.answer).id;
  const policies = async (name: 'right:confirm' | 'right:offer' | 'right:decline', by: typeof manager, more: object = {}) => {
    const simulation = await ledger.simulate(name, { id: rightId, ...more } as { id: string; to: string }, by);
    expect(ledger.commit(simulation)).toBe('VALID');
    return simulation.policies.size;
  };
  expect(await policies('right:confirm', manager)).toBe(0);
  expect(await policies('right:offer', household, { to: 'social-insurance' })).toBe(1);
  expect(await policies('right:decline', social)).toBe(1);
});
