import { parsePolicy, policyBytes } from '@drl/network/block/policy';
import { ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT, VALID, type World } from './world.js';

const policy = (text: string) => policyBytes(parsePolicy(text)).toString('base64');

export function endorsementCases(world: () => World): void {
  test('the manager and any department are enough', async () => {
    for (const department of [world().police, world().social, world().agencies]) {
      await world().commit('put', { key: world().key(), value: 'v' }, { endorsers: [world().manager, department] });
    }
  });

  test('one organisation alone is refused, in the block; so are two departments', async () => {
    const { manager, police, social } = world();
    for (const endorsers of [[manager], [police], [police, social]]) {
      const key = world().key();
      const receipt = await world().submit(await world().probe('put', { key, value: 'v' }, { endorsers }));
      expect(receipt.code).toBe(ENDORSEMENT_POLICY_FAILURE);
      expect(await world().get(key)).toBe('');
    }
  });

  test('an auditor’s organisation holds the ledger and endorses nothing', async () => {
    const { manager, audit } = world();
    await expect(world().probe('put', { key: world().key(), value: 'v' }, { endorsers: [manager, audit] })).rejects.toMatchObject({
      name: 'LedgerError',
    });
  });

  test('a read that is submitted needs its endorsements too', async () => {
    const receipt = await world().submit(await world().probe('get', { key: world().key() }, { endorsers: [world().police] }));
    expect(receipt.code).toBe(ENDORSEMENT_POLICY_FAILURE);
  });

  test('a key’s own policy replaces the chaincode’s', async () => {
    const { manager, police, social } = world();
    const key = world().key();
    await world().commit('setPolicy', { key, value: 'owned', policy: policy(`AND('${manager}.peer', '${police}.peer')`) });
    const forged = await world().submit(await world().probe('put', { key, value: 'forged' }, { endorsers: [manager, social] }));
    expect(forged.code).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await world().get(key)).toBe('owned');
    await world().commit('put', { key, value: 'its own' }, { endorsers: [manager, police] });
    expect(await world().get(key)).toBe('its own');
  });

  test('AND(manager, OR(a, b)) takes either with the manager, and neither without', async () => {
    const { manager, police, social, agencies } = world();
    const key = world().key();
    await world().commit('setPolicy', {
      key,
      value: '0',
      policy: policy(`AND('${manager}.peer', OR('${police}.peer', '${social}.peer'))`),
    });
    const codes: number[] = [];
    for (const endorsers of [[manager, police], [manager, social], [police, social], [manager, agencies], [manager]]) {
      codes.push((await world().submit(await world().probe('put', { key, value: '1' }, { endorsers }))).code);
    }
    expect(codes).toEqual([VALID, VALID, ENDORSEMENT_POLICY_FAILURE, ENDORSEMENT_POLICY_FAILURE, ENDORSEMENT_POLICY_FAILURE]);
  });

  test('to change a key’s policy takes the policy that it has', async () => {
    const { manager, police, social } = world();
    const key = world().key();
    const owned = policy(`AND('${manager}.peer', '${police}.peer')`);
    const loosened = policy(`OR('${social}.peer')`);
    await world().commit('setPolicy', { key, value: 'v', policy: owned });
    const rogue = await world().submit(
      await world().probe('setPolicy', { key, value: '', policy: loosened }, { endorsers: [manager, social] }),
    );
    expect(rogue.code).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await world().ask('getPolicy', { key })).toBe(owned);
    await world().commit('setPolicy', { key, value: '', policy: loosened }, { endorsers: [manager, police] });
    await world().commit('put', { key, value: 'now social alone' }, { endorsers: [social] });
  });

  test('a policy on a key that is not there is dropped without a word; on one put in the same transaction it holds', async () => {
    const { manager, police, social } = world();
    const owned = policy(`AND('${manager}.peer', '${police}.peer')`);
    const absent = world().key();
    await world().commit('setPolicy', { key: absent, value: '', policy: owned });
    expect(await world().ask('getPolicy', { key: absent })).toBe('');
    await world().commit('put', { key: absent, value: 'v' }, { endorsers: [manager, social] });
  });

  test('a deleted key loses its policy', async () => {
    const { manager, police, social } = world();
    const key = world().key();
    await world().commit('setPolicy', { key, value: 'v', policy: policy(`AND('${manager}.peer', '${police}.peer')`) });
    const before = await world().submit(await world().probe('remove', { key }, { endorsers: [manager, social] }));
    expect(before.code).toBe(ENDORSEMENT_POLICY_FAILURE);
    await world().commit('remove', { key }, { endorsers: [manager, police] });
    await world().commit('put', { key, value: 'anew' }, { endorsers: [manager, social] });
  });

  test('setting a policy is a change of the key', async () => {
    const key = world().key();
    await world().commit('put', { key, value: 'v' });
    const reader = await world().probe('copy', { read: key, key: world().key(), value: 'x' });
    await world().commit('setPolicy', { key, value: '', policy: policy(`OR('${world().manager}.peer')`) });
    expect((await world().submit(reader)).code).toBe(MVCC_READ_CONFLICT);
  });

  test('a key whose policy is set is not written again in the same block', async () => {
    const { manager, police } = world();
    const both = policy(`AND('${manager}.peer', '${police}.peer')`);
    let together = 0;
    for (let attempt = 0; attempt < 40 && together === 0; attempt++) {
      const key = world().key();
      await world().commit('put', { key, value: '0' });
      const set = await world().probe('setPolicy', { key, value: '', policy: both });
      const put = await world().probe('put', { key, value: '1' });
      // Others keep the ordering service busy, so that the two wait together.
      const others = await Promise.all(Array.from({ length: 10 }, () => world().probe('put', { key: world().key(), value: 'v' })));
      const [first, second] = await Promise.all([...others, set, put].map((tx) => world().submit(tx))).then((r) => r.slice(-2));
      if (first === undefined || second === undefined) throw new Error('no receipts');
      expect(first.code).toBe(VALID);
      if (first.block !== second.block) continue;
      // Either order of the two in the block is possible on a real ordering service.
      expect([VALID, ENDORSEMENT_POLICY_FAILURE]).toContain(second.code);
      if (second.code === ENDORSEMENT_POLICY_FAILURE) together++;
    }
    expect(together).toBe(1);
  });

  test('endorsers that come to different results are found out before anything is sent', async () => {
    const key = world().key();
    await expect(world().probe('dice', { key })).rejects.toMatchObject({ name: 'LedgerError', code: 'ENDORSEMENTS_DIFFER' });
    expect(await world().get(key)).toBe('');
  });

  test('what a contract refuses is endorsed by nobody', async () => {
    const height = (await world().ledger.info()).height;
    await expect(world().probe('fail', { value: 'no' })).rejects.toMatchObject({ name: 'LedgerError' });
    await expect(world().endorse('probe:nothing', {})).rejects.toMatchObject({ name: 'LedgerError' });
    await expect(world().endorse('nobody:put', {})).rejects.toMatchObject({ name: 'LedgerError' });
    expect((await world().ledger.info()).height).toBe(height);
  });

  test('an organisation that is not there is not asked', async () => {
    await expect(world().probe('put', { key: 'k', value: 'v' }, { endorsers: [world().manager, 'NobodyMSP'] })).rejects.toMatchObject({
      name: 'LedgerError',
    });
  });
}
