import { randomBytes } from 'node:crypto';
import { sha256 } from '@drl/chaincode/model/commitment';
import { type ConfidentialTerms, type Disclosure, TRANSIENT_TERMS } from '@drl/chaincode/model/records/terms';
import { termsBytes } from '@drl/chaincode/model/rules/terms';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { type Call, ENDORSEMENT_POLICY_FAILURE, VALID, type World } from './world.js';

/** Confidential terms of a grant between the police’s and the social insurance’s organisations, with the manager as the third that endorses all else. */
export function termsCases(world: () => World): void {
  const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });
  const secret = () => randomBytes(16).toString('hex');
  const text = (canary: string) => {
    const terms: ConfidentialTerms = {
      price: { amount: '120.00', currency: 'CNY', per: 'month', note: { en: canary } },
      contacts: [{ name: canary, email: `${canary}@example.org` }],
      text: { en: `Agreed: ${canary}` },
      elements: [{ name: 'name', detail: { en: canary } }],
    };
    const salt = randomBytes(32);
    const bytes = termsBytes(salt, terms);
    return { terms, salt: salt.toString('hex'), termsHash: sha256(bytes), transient: { [TRANSIENT_TERMS]: bytes } };
  };

  const granted = async (provider: Call, consumer: Call): Promise<string> => {
    const { record: asset } = await world().write(
      'asset:register',
      {
        title: { en: 'Scores' },
        shareType: 'conditional',
        shareCondition: { en: 'On request' },
        shareMethod: 'file',
        elements: [{ name: 'name', type: 'string', confidential: true }],
      },
      provider,
    );
    await world().write('asset:publish', { id: asset.id }, provider);
    const asked = { asset: asset.id, elements: ['name'], purpose: 'dpv:PublicBenefit', legalBasis: { en: 'Act 7' } };
    const { record } = await world().write('grant:request', asked, consumer);
    await world().write('grant:approve', { id: record.id }, provider);
    return record.id;
  };
  const provider = (): Call => ({ as: world().people.household, endorsers: [world().manager, world().police] });
  const consumer = (): Call => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const parties = () => [world().police, world().social];
  const send = (grant: string, { termsHash, transient }: ReturnType<typeof text>, endorsers = parties(), as = world().people.household) =>
    world().endorse('terms:write', { grant, termsHash }, { as, endorsers, transient });
  const write = async (grant: string, sent: ReturnType<typeof text>, endorsers = parties(), as = world().people.household) => {
    const receipt = await world().submit(await send(grant, sent, endorsers, as));
    expect(receipt.code).toBe(VALID);
    return receipt;
  };
  const read = async (grant: string, as: Identity): Promise<Disclosure> =>
    JSON.parse(await world().ledger.evaluate({ name: 'terms:read', input: { grant } }, as)) as Disclosure;
  const blocks = async (): Promise<Uint8Array[]> => {
    const { height } = await world().ledger.info();
    const stop = new AbortController();
    const all: Uint8Array[] = [];
    for await (const bytes of world().ledger.blocks(0n, stop.signal)) if (all.push(bytes) >= height) stop.abort();
    return all;
  };

  test('both hold the text and have put their word to its commitment; nobody else has a byte of it', async () => {
    const canary = secret();
    const agreed = text(canary);
    const grant = await granted(provider(), consumer());
    const written = await write(grant, agreed);
    const named = { id: grant, termsHash: agreed.termsHash };
    await world().write('grant:offerTerms', named, provider());
    const { record } = await world().write('grant:acceptTerms', named, consumer());
    expect(record).toMatchObject({
      termsHash: agreed.termsHash,
      termsAgreed: { offered: { department: 'household' }, accepted: { department: 'social-insurance' } },
    });
    const { terms, salt, termsHash } = agreed;
    const { people } = world();
    for (const as of [people.household, people.consumer, people.social])
      expect(await read(grant, as)).toEqual({ grant, terms, salt, termsHash });
    for (const as of [people.tax, people.manager, people.auditor]) await expect(read(grant, as)).rejects.toEqual(code('NOT_YOURS'));

    // Arguments, answers, events and hashes are all in the blocks.
    const raw = await blocks();
    for (const bytes of raw) expect(Buffer.from(bytes).includes(canary)).toBe(false);
    const envelope = readBlock(raw[Number(written.block)] as Uint8Array)
      .envelopes.map(readEnvelope)
      .find(({ txId }) => txId === written.transactionId);
    const sets = envelope?.actions[0]?.rwset.flatMap((set) => [...set.writes, ...set.metadataWrites]);
    const collections = envelope?.actions[0]?.rwset.flatMap((set) => set.collections) ?? [];
    expect(sets).toEqual([]);
    expect(collections.map(({ collection, writes }) => [collection, writes.map((w) => w.valueHash.toString('hex'))])).toEqual(
      parties().map((mspId) => [`_implicit_org_${mspId}`, [termsHash]]),
    );
    expect(await world().harness.holders(canary)).toEqual(parties());
  });

  test('one party’s endorsement is not enough, nor the manager’s in the place of the other’s', async () => {
    const { manager, police, social, agencies } = world();
    const grant = await granted(provider(), consumer());
    const sent = text(secret());
    for (const endorsers of [[police], [social], [manager, police], [manager, agencies]]) {
      const receipt = await world().submit(await send(grant, sent, endorsers));
      expect(receipt.code).toBe(ENDORSEMENT_POLICY_FAILURE);
    }
    await expect(world().write('grant:offerTerms', { id: grant, termsHash: sent.termsHash }, provider())).rejects.toEqual(
      code('TERMS_NOT_HELD'),
    );
  });

  test('a third department writes none, and what is wrong with a text is said without a word of it', async () => {
    const canary = secret();
    const grant = await granted(provider(), consumer());
    await expect(send(grant, text(canary), parties(), world().people.tax)).rejects.toEqual(code('NOT_YOURS'));
    const bytes = Buffer.concat([randomBytes(32), Buffer.from(`{"${canary}":"${canary}"}`)]);
    const refused = await send(grant, { ...text(canary), termsHash: sha256(bytes), transient: { [TRANSIENT_TERMS]: bytes } }).catch(
      (error: unknown) => error,
    );
    expect(refused).toEqual(code('INPUT_INVALID'));
    expect(JSON.stringify(refused)).not.toContain(canary);
    expect(await world().harness.holders(canary)).toEqual([]);
  });

  test('two departments on one organisation have a copy each in its one collection', async () => {
    const { harness, agencies, manager, people } = world();
    const health = await harness.enrol({ name: `health-${secret()}`, mspId: agencies, department: 'health', roles: ['steward'] });
    const both = [manager, agencies];
    const grant = await granted({ as: health, endorsers: both }, { as: people.tax, endorsers: both });
    const sent = text(secret());
    await write(grant, sent, [agencies], health);
    const named = { id: grant, termsHash: sent.termsHash };
    await world().write('grant:offerTerms', named, { as: health, endorsers: both });
    await world().write('grant:acceptTerms', named, { as: people.tax, endorsers: both });
    await world().write('grant:revoke', { id: grant, reason: { en: 'over' } }, { as: health, endorsers: both });
    await world().submit(
      await world().endorse('terms:purge', { grant, termsHash: sent.termsHash }, { as: people.tax, endorsers: [agencies] }),
    );
    await expect(read(grant, people.tax)).rejects.toEqual(code('NOT_FOUND'));
    expect((await read(grant, health)).terms).toEqual(sent.terms);
  });

  test('a purged copy is gone, the other’s and the commitment stay, and the blocks are as they were', async () => {
    const { people, police } = world();
    const grant = await granted(provider(), consumer());
    const sent = text(secret());
    await write(grant, sent);
    const named = { id: grant, termsHash: sent.termsHash };
    await world().write('grant:offerTerms', named, provider());
    await world().write('grant:acceptTerms', named, consumer());
    const purge = () => world().endorse('terms:purge', { grant, termsHash: sent.termsHash }, { as: people.household, endorsers: [police] });
    await expect(purge()).rejects.toEqual(code('STATE_FORBIDS'));
    await world().write('grant:revoke', { id: grant, reason: { en: 'over' } }, provider());
    const before = await blocks();
    expect((await world().submit(await purge())).code).toBe(VALID);
    await expect(read(grant, people.household)).rejects.toEqual(code('NOT_FOUND'));
    await expect(purge()).rejects.toEqual(code('NOT_FOUND'));
    expect((await read(grant, people.consumer)).terms).toEqual(sent.terms);
    const stored = await world().ledger.evaluate({ name: 'record:get', input: { kind: 'grant', id: grant } }, people.auditor);
    expect(JSON.parse(stored)).toMatchObject({ termsHash: sent.termsHash });
    // Peers have blocks with signatures of different orderers: what makes the history is the chain of their headers, over all data.
    const headers = (raw: Uint8Array[]) => raw.map((bytes) => readBlock(bytes).headerHash.toString('hex'));
    expect(headers(await blocks()).slice(0, before.length)).toEqual(headers(before));
  });
}
