import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@drl/chaincode/model/commitment';
import { TRANSIENT_TERMS } from '@drl/chaincode/model/records/terms';
import { termsBytes } from '@drl/chaincode/model/rules/terms';
import { Journal } from '@drl/gateway/journal';
import { type Identity, type Ledger, LedgerError, type LedgerTx } from '@drl/gateway/ledger/ledger';
import { endorserLookup } from '@drl/gateway/usecases/nameEndorsers';
import { Submitter } from '@drl/gateway/usecases/submit';
import { type Gateway, grant, HASH, openGateway, population, publish } from '../http/gateway.js';

/** The submitter on the real ledger, which is made to lose its answers, to be away or to be full at chosen moments. */

let gateway: Gateway;
let dir: string;
let journal: Journal;
let steward: Identity;

beforeAll(async () => {
  gateway = await openGateway();
  steward = gateway.service.services.identities.byName('household-steward-1')!.identity;
});
afterAll(() => gateway.close());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drl-journal-'));
  journal = await Journal.open(join(dir, 'journal'), Buffer.alloc(32, 1));
});
afterEach(async () => {
  await journal.close();
  rmSync(dir, { recursive: true });
});

type Changes = Partial<Pick<Ledger, 'submit' | 'endorse'>>;

function submitter(changes: Changes = {}, maxInFlight = 256, onConflict?: () => void): Submitter {
  const { ledger, readModel, consortium } = gateway.service.services;
  const changed: Ledger = {
    endorse: (tx, as) => ledger.endorse(tx, as),
    submit: (signed) => ledger.submit(signed),
    lookup: (id) => ledger.lookup(id),
    evaluate: (query, as) => ledger.evaluate(query, as),
    blocks: (from, signal) => ledger.blocks(from, signal),
    attest: (id, count, as) => ledger.attest(id, count, as),
    info: () => ledger.info(),
    close: async () => undefined,
    ...changes,
  };
  return new Submitter({
    ledger: changed,
    journal,
    maxInFlight,
    endorsers: endorserLookup(ledger, readModel, consortium),
    ...(onConflict ? { onConflict } : {}),
  });
}

let n = 0;
const register = () => ({ name: 'asset:register' as const, input: { ...population, catalogCode: `S-${++n}` } as never, as: steward });
const registered = async () => {
  await gateway.service.services.readModel.reached(Number((await gateway.service.services.ledger.info()).height) - 1);
  return (await gateway.call('household-steward-1', 'GET', `/assets?catalogCode=S-${n}`)).body.items.length;
};
const once = (key: string, fingerprint = 'f') => ({ scope: `household-steward-1/${key}`, fingerprint });

test('an answer that was lost on the way is found again, and the key stands for it', async () => {
  const { ledger } = gateway.service.services;
  let lost = 0;
  const one = submitter({
    submit: async (signed) => {
      const receipt = await ledger.submit(signed);
      if (lost++ === 0) throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: signed.transactionId });
      return receipt;
    },
  });
  const write = register();
  const first = await one.write(write, once('k'));
  expect(first.state).toBe('open');
  let again = await one.write(write, once('k'));
  while (again.state === 'open') again = await one.write(write, once('k'));
  expect(again.receipt.transactionId).toBe((first as { transactionId: string }).transactionId);
  expect(await registered()).toBe(1);
  await one.close();
});

test('a crash between journal and ledger is made good at the next start, once', async () => {
  // The process ends after the envelope is journalled and before it is sent: nothing of it reaches the ledger.
  const crashed = submitter({ submit: () => new Promise(() => undefined) });
  const write = register();
  const open = await crashed.write(write, once('k'), true);
  expect(open.state).toBe('open');
  expect(await registered()).toBe(0);
  const next = submitter();
  expect(await next.recover()).toBe(1);
  expect(await registered()).toBe(1);
  const replayed = await next.write(write, once('k'));
  expect(replayed).toMatchObject({ state: 'decided', receipt: { transactionId: (open as { transactionId: string }).transactionId } });
  expect(await next.recover()).toBe(0);
});

test('a crash after the commit and before the answer is one transaction too', async () => {
  const { ledger } = gateway.service.services;
  const crashed = submitter({
    submit: async (signed) => {
      await ledger.submit(signed);
      return new Promise(() => undefined);
    },
  });
  const write = register();
  await crashed.write(write, once('k'), true);
  const next = submitter();
  while (!(await registered())) await new Promise((resolve) => setTimeout(resolve, 5));
  await next.recover();
  expect((await next.write(write, once('k'))).state).toBe('decided');
  expect(await registered()).toBe(1);
});

test('what is promised to happen is sent until it has happened, though the ledger is away', async () => {
  const { ledger } = gateway.service.services;
  let away = 2;
  const one = submitter({
    submit: async (signed) => {
      if (away-- > 0) throw new LedgerError('UNAVAILABLE', { stage: 'submit' });
      return ledger.submit(signed);
    },
  });
  const write = register();
  expect((await one.write(write, once('k'))).state).toBe('open');
  let outcome = await one.write(write, once('k'));
  while (outcome.state === 'open') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    outcome = await one.write(write, once('k'));
  }
  expect(await registered()).toBe(1);
});

test('without a key, what was not sent is the caller’s to repeat', async () => {
  const one = submitter({
    submit: async () => {
      throw new LedgerError('UNAVAILABLE', { stage: 'submit' });
    },
  });
  await expect(one.write(register())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('beyond the bound nothing is begun', async () => {
  const one = submitter({}, 3);
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => one.write(register())));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(answers.length - refused.length).toBe(3);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'OVERLOADED' });
  expect(one.inFlight).toBe(0);
});

test('a rule’s refusal leaves the key free', async () => {
  const one = submitter();
  const bad = { name: 'asset:publish' as const, input: { id: 'ast-none' }, as: steward };
  await expect(one.write(bad, once('k'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await journal.get(once('k').scope)).toBeUndefined();
  expect((await one.write(register(), once('k', 'other'))).state).toBe('decided');
});

test('who loses against others tries again as a new transaction, and none is refused that the limits allow', async () => {
  const agreed = await grant(gateway, await publish(gateway), { maxRows: 100, maxCount: 20 });
  let conflicts = 0;
  const one = submitter({}, 256, () => (conflicts += 1));
  const share = () =>
    one.write({
      name: 'share:commit',
      input: {
        grant: agreed,
        purpose: 'dpv:IdentityVerification',
        elements: ['name'],
        payloadHash: HASH,
        hashAlgorithm: 'sha-256',
        bytes: 1,
        rows: 10,
      },
      as: steward,
    });
  const outcomes = await Promise.all(Array.from({ length: 14 }, share));
  const kinds = outcomes.map((outcome) => (outcome.state === 'decided' ? JSON.parse(outcome.receipt.result).kind : 'open'));
  // Ten shares of ten rows, exactly; the other four are refused by the rows limit once all are taken.
  expect(kinds.filter((kind) => kind === 'share')).toHaveLength(10);
  expect(kinds.filter((kind) => kind === 'refusal')).toHaveLength(4);
  expect(conflicts).toBeGreaterThan(0);
});

test('keys are forgotten when their time is over, open ones never', async () => {
  const one = submitter();
  await one.write(register(), once('old'));
  const crashed = submitter({ submit: () => new Promise(() => undefined) });
  await crashed.write(register(), once('open'), true);
  expect(await journal.forget(new Date(0))).toBe(0);
  expect(await journal.forget(new Date(Date.now() + 1000))).toBe(1);
  expect(await journal.get(once('old').scope)).toBeUndefined();
  expect(await journal.get(once('open').scope)).toMatchObject({ state: 'open' });
});

test('what goes beside a transaction goes with every attempt, to the parties alone, and into no journal', async () => {
  const { ledger } = gateway.service.services;
  const id = await grant(gateway, await publish(gateway));
  const { bytes, termsHash } = termsOf('transient-canary');
  const sent: LedgerTx[] = [];
  let conflicts = 2;
  const one = submitter({
    endorse: (tx, as) => {
      sent.push(tx);
      return ledger.endorse(tx, as);
    },
    submit: async (signed) => {
      if (conflicts-- > 0) throw new LedgerError('CONFLICT', { transactionId: signed.transactionId });
      return ledger.submit(signed);
    },
  });
  const write = { name: 'terms:write' as const, input: { grant: id, termsHash }, as: steward, transient: { [TRANSIENT_TERMS]: bytes } };
  expect((await one.write(write, once('transient'))).state).toBe('decided');
  expect(sent.map(({ transient, endorsers }) => [transient?.[TRANSIENT_TERMS], endorsers])).toEqual(
    Array(3).fill([bytes, ['PoliceMSP', 'SocialMSP']]),
  );
  const entry = await journal.get('household-steward-1/transient');
  expect(entry?.attempts).toHaveLength(3);
  expect(JSON.stringify(entry)).not.toContain('transient-canary');
  await one.close();
});

function termsOf(text: string) {
  const bytes = termsBytes(randomBytes(32), { text: { en: text } });
  return { bytes, termsHash: sha256(bytes) };
}
