import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endorserClock } from '@drl/chaincode/clock';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { verifyChain } from '@drl/network/block/verify';
import { readConsortium } from '@drl/network/consortium';
import { CertificateAuthority } from '@drl/network/embedded/ca';
import { type EmbeddedLedger, openEmbeddedLedger } from '@drl/network/embedded/engine';
import { contracts } from '../fixtures/probe/index.js';

/** What the embedded engine has beside the port. */
const consortium = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
const root = mkdtempSync(join(tmpdir(), 'drl-engine-'));
const open: EmbeddedLedger[] = [];
afterAll(async () => {
  for (const ledger of open) await ledger.close();
  rmSync(root, { recursive: true, force: true });
});

async function opened(name: string, more: { simulateFrom?: Date } = {}): Promise<EmbeddedLedger> {
  const ledger = await openEmbeddedLedger({ dir: join(root, name), consortium, contracts, ...more });
  open.push(ledger);
  return ledger;
}

const writer = (ledger: EmbeddedLedger) =>
  ledger.enroll({ mspId: 'PoliceMSP', name: 'writer', attributes: { department: 'household', roles: 'steward' } });

async function put(ledger: EmbeddedLedger, key: string, as = writer(ledger)) {
  const args = [JSON.stringify({ input: { key, value: 'v' } })];
  const { envelope } = await ledger.endorse({ name: 'probe:put', args }, ['BureauMSP', 'PoliceMSP'], as);
  return ledger.submit(envelope);
}

async function blocksOf(ledger: EmbeddedLedger): Promise<Buffer[]> {
  const stop = new AbortController();
  const blocks: Buffer[] = [];
  for await (const block of ledger.blocks(0n, stop.signal)) if (blocks.push(block) === Number(ledger.height())) stop.abort();
  return blocks;
}

const times = async (ledger: EmbeddedLedger) =>
  (await blocksOf(ledger)).flatMap((b) => readBlock(b).envelopes.map((e) => readEnvelope(e).timestamp.getTime()));

describe('a declared simulated clock', () => {
  const from = new Date(Date.now() - 21 * 86_400_000);

  test('dates the ledger’s past weeks, certificates included, forward only and never beyond now', async () => {
    const ledger = await opened('simulated', { simulateFrom: from });
    expect(ledger.simulated).toBe(true);
    expect(endorserClock.now()).toBe(from.getTime());
    const as = writer(ledger);
    for (let day = 1; day <= 3; day++) {
      ledger.simulate(new Date(from.getTime() + day * 86_400_000));
      expect(endorserClock.now()).toBe(from.getTime() + day * 86_400_000);
      expect((await put(ledger, `day-${day}`, as)).code).toBe(0);
    }
    expect(() => ledger.simulate(from)).toThrow(expect.objectContaining({ code: 'CLOCK' }));
    expect(() => ledger.simulate(new Date(Date.now() + 60_000))).toThrow(expect.objectContaining({ code: 'CLOCK' }));
    const dated = await times(ledger);
    expect(dated).toEqual([...dated].sort((a, b) => a - b));
    expect(dated[0]).toBe(from.getTime());
    expect(dated.at(-1)).toBe(from.getTime() + 3 * 86_400_000);
    expect(await verifyChain(await blocksOf(ledger), ledger.trust())).toMatchObject({ ok: true });
  });

  test('goes on where it stood when the process ended before it was over', async () => {
    await (open.pop() as EmbeddedLedger).close();
    expect(Math.abs(endorserClock.now() - Date.now())).toBeLessThan(60_000);
    const ledger = await opened('simulated');
    expect(ledger.simulated).toBe(true);
    expect(endorserClock.now()).toBe(from.getTime() + 3 * 86_400_000);
    expect((await put(ledger, 'goes on')).code).toBe(0);
  });

  test('is over for good once it is ended', async () => {
    const ledger = open.at(-1) as EmbeddedLedger;
    await ledger.endSimulation();
    expect(ledger.simulated).toBe(false);
    expect(() => ledger.simulate(new Date())).toThrow(expect.objectContaining({ code: 'CLOCK' }));
    const before = Date.now();
    expect((await put(ledger, 'present')).code).toBe(0);
    expect((await times(ledger)).at(-1)).toBeGreaterThanOrEqual(before);
    await ledger.close();
    open.pop();
    const again = await opened('simulated', { simulateFrom: from });
    expect(again.simulated).toBe(false);
    expect(() => again.simulate(new Date())).toThrow(expect.objectContaining({ code: 'CLOCK' }));
  });

  test('is not to be had for a ledger that began without', async () => {
    const ledger = await opened('real');
    expect(() => ledger.simulate(new Date())).toThrow(expect.objectContaining({ code: 'CLOCK' }));
    await ledger.close();
    open.pop();
    expect((await opened('real', { simulateFrom: from })).simulated).toBe(false);
  });
});

test('the trust folder holds one root for each organisation, the orderer’s included', async () => {
  const ledger = await opened('trust');
  const dir = join(root, 'trust-files');
  ledger.writeTrust(dir);
  const names = [...consortium.organisations.map((o) => o.mspId), consortium.ordering.mspId];
  expect([...ledger.trust().keys()].sort()).toEqual([...names].sort());
  for (const mspId of names) expect(readFileSync(join(dir, `${mspId}.pem`), 'utf8')).toBe(ledger.trust().get(mspId));
});

test('blocks are cut no larger than the consortium says', async () => {
  const small = { ...consortium, ordering: { ...consortium.ordering, maxMessageCount: 3 } };
  const ledger = await openEmbeddedLedger({ dir: join(root, 'small'), consortium: small, contracts });
  open.push(ledger);
  const as = writer(ledger);
  await Promise.all(Array.from({ length: 20 }, (_, i) => put(ledger, `k${i}`, as)));
  const sizes = (await blocksOf(ledger)).map((b) => readBlock(b).envelopes.length);
  // Approvals of the chaincode's definition are all of one block, which no client waits for.
  expect(Math.max(...sizes.slice(3))).toBeLessThanOrEqual(3);
  expect(sizes.slice(3).reduce((a, b) => a + b, 0)).toBe(20);
});

test('what is under way when it is closed is finished, and nothing is begun after', async () => {
  const ledger = await opened('closing');
  const as = writer(ledger);
  const args = [JSON.stringify({ input: { key: 'k', value: 'v' } })];
  const signed = await Promise.all(
    Array.from({ length: 10 }, () => ledger.endorse({ name: 'probe:put', args }, ['BureauMSP', 'PoliceMSP'], as)),
  );
  const outcomes = Promise.all(signed.map((s) => ledger.submit(s.envelope)));
  await ledger.close();
  expect((await outcomes).map((o) => o.code)).toEqual(Array(10).fill(0));
  await expect(ledger.submit((signed[0] as { envelope: Buffer }).envelope)).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(put(ledger, 'late', as)).rejects.toMatchObject({ code: 'CLOSED' });
  open.pop();
  const again = await opened('closing');
  expect(again.height()).toBe(BigInt((await blocksOf(again)).length));
});

test('a certificate out of date writes nothing', async () => {
  const ledger = await opened('expired');
  // Certificates begin five minutes before they are issued: this one has run out since.
  const expired = ledger.enroll({ mspId: 'PoliceMSP', name: 'expired', attributes: {}, days: 2 / 1440 });
  await expect(put(ledger, 'k', expired)).rejects.toMatchObject({
    code: 'CREATOR_REFUSED',
    reason: expect.stringContaining('at this time'),
  });
  expect(
    (
      await put(ledger, 'k', {
        ...expired,
        certificate: ledger.certify({ mspId: 'PoliceMSP', name: 'expired', attributes: {} }, expired.privateKey),
      })
    ).code,
  ).toBe(0);
});

test('a revocation that a kill kept from the channel is there after the next opening', async () => {
  const ledger = await opened('revoked');
  const [leaver, other] = ['leaver', 'other'].map((name) => ledger.enroll({ mspId: 'PoliceMSP', name, attributes: {} }));
  expect((await put(ledger, 'k', leaver)).code).toBe(0);
  await ledger.close();
  open.pop();
  CertificateAuthority.open('PoliceMSP', join(root, 'revoked', 'ca', 'PoliceMSP'), () => new Date()).revoke('leaver');
  const again = await opened('revoked');
  await expect(put(again, 'k', leaver)).rejects.toMatchObject({ code: 'CREATOR_REFUSED', reason: expect.stringContaining('revoked') });
  expect((await put(again, 'k', other)).code).toBe(0);
  const height = again.height();
  expect(await again.revoke('PoliceMSP', 'leaver')).toBe(0);
  expect(again.height()).toBe(height);
  expect(await verifyChain(await blocksOf(again), again.trust())).toMatchObject({ ok: true });
});

test('two ledgers live side by side in one process', async () => {
  const [a, b] = [await opened('a'), await opened('b')];
  await Promise.all([put(a, 'k'), put(b, 'k')]);
  expect(a.trust().get('PoliceMSP')).not.toBe(b.trust().get('PoliceMSP'));
  await expect(put(b, 'k', writer(a))).rejects.toMatchObject({ code: 'CREATOR_REFUSED' });
});
