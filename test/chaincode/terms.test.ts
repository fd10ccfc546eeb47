import { canonical } from '@drl/chaincode/model/canonical';
import { sha256, termsCommitment } from '@drl/chaincode/model/commitment';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import { ownCollection, termsKey } from '@drl/chaincode/model/keys';
import type { Grant } from '@drl/chaincode/model/records/grant';
import { type ConfidentialTerms, confidentialTerms, type Disclosure } from '@drl/chaincode/model/records/terms';
import { splitTerms, termsBytes } from '@drl/chaincode/model/rules/terms';
import fc from 'fast-check';
import {
  ask,
  auditor,
  city,
  confidential,
  granted,
  household,
  householdConsumer,
  manager,
  population,
  published,
  SHA,
  settings,
  social,
  socialConsumer,
  tax,
  taxConsumer,
  zh,
} from './city';
import { Refused, type TestLedger } from './harness';
import { type Person, person } from './people';

const CANARY = 'canary-51d6c0';
const terms: ConfidentialTerms = {
  price: { amount: '1250.50', currency: 'CNY', per: 'month', note: { zh: `${CANARY} 优惠` } },
  contacts: [{ name: `${CANARY} 王`, phone: '138 1234 5678', email: `${CANARY}@example.org` }],
  text: { zh: `双方约定：${CANARY}`, en: `Agreed: ${CANARY}` },
  elements: [{ name: 'name', detail: { en: `${CANARY} as in the family register` } }],
};

let base: TestLedger;
let grant: Grant;
beforeAll(async () => {
  base = await city();
  grant = await granted(base);
});

const refusal = async (work: Promise<unknown>): Promise<Refused> => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error instanceof Refused) return error;
  throw error ?? new Error('was not refused');
};

type Text = ReturnType<typeof confidential>;
const write = (ledger: TestLedger, { termsHash, transient }: Text, by: Person, id = grant.id) =>
  ledger.submit('terms:write', { grant: id, termsHash }, by, { transient });
const read = async (ledger: TestLedger, by: Person, input: object = { grant: grant.id }): Promise<Disclosure> =>
  JSON.parse(await ledger.evaluate('terms:read', input, by));

test('a text goes to both, one offers, the other reads and accepts: the grant holds both words and no more than the commitment', async () => {
  const ledger = base.fork();
  const text = confidential(terms);
  const written = await ledger.simulate('terms:write', { grant: grant.id, termsHash: text.termsHash }, household, {
    transient: text.transient,
  });
  expect(written.endorsers).toEqual(['PoliceMSP', 'SocialMSP']);
  expect([written.writes.size, written.policies.size, written.event]).toEqual([0, 0, undefined]);
  expect([...written.privateWrites.keys()]).toEqual([
    `${ownCollection('PoliceMSP')}/${termsKey(grant.id, text.termsHash, 'household')}`,
    `${ownCollection('SocialMSP')}/${termsKey(grant.id, text.termsHash, 'social-insurance')}`,
  ]);
  // What Fabric puts on the block for a private value is its SHA-256: the commitment itself.
  for (const value of written.privateWrites.values()) expect(sha256(value as Buffer)).toBe(text.termsHash);
  expect(ledger.commit(written)).toBe('VALID');

  const offered = await ledger.write('grant', 'grant:offerTerms', { id: grant.id, termsHash: text.termsHash }, household);
  expect(offered).toMatchObject({ status: 'active', termsOffer: { termsHash: text.termsHash, stamp: { department: 'household' } } });
  expect(offered).not.toHaveProperty('termsHash');
  expect(await read(ledger, socialConsumer)).toEqual({ grant: grant.id, termsHash: text.termsHash, salt: text.salt, terms });
  const agreed = await ledger.write('grant', 'grant:acceptTerms', { id: grant.id, termsHash: text.termsHash }, socialConsumer);
  expect(agreed).toMatchObject({
    termsHash: text.termsHash,
    termsAgreed: { offered: { department: 'household' }, accepted: { department: 'social-insurance' } },
  });
  expect(agreed).not.toHaveProperty('termsOffer');
  expect(await read(ledger, household)).toEqual(await read(ledger, social));
  expect(termsCommitment(text.salt, terms)).toBe(agreed.termsHash);
  const everything = [...ledger.state].flat().map((part) => (typeof part === 'string' ? part : part.value));
  expect(everything.join()).not.toContain(CANARY);
});

test('both parties’ endorsements, and no other’s in the place of one', async () => {
  const { termsHash, transient } = confidential(terms);
  const verdict = async (endorsers: string[]) => {
    const ledger = base.fork();
    return ledger.commit(await ledger.simulate('terms:write', { grant: grant.id, termsHash }, household, { transient, endorsers }));
  };
  expect(await verdict(['PoliceMSP', 'SocialMSP'])).toBe('VALID');
  for (const endorsers of [['PoliceMSP'], ['SocialMSP'], ['BureauMSP', 'PoliceMSP'], ['BureauMSP', 'AgenciesMSP']])
    expect(await verdict(endorsers)).toBe('ENDORSEMENT_POLICY_FAILURE');
});

test('whatever the grant: a text is shown to its two parties’ organisations, and to nobody where the grant is not known', () => {
  const organisations = ['BureauMSP', 'PoliceMSP', 'SocialMSP', 'AgenciesMSP'];
  fc.assert(
    fc.property(
      fc.constantFrom(...organisations),
      fc.constantFrom(...organisations),
      fc.constantFrom(...organisations),
      (one, other, callerMspId) => {
        const mspOf = (id: string) => (id === 'household' ? one : other);
        const context = { settings, callerMspId, mspOf };
        expect(new Set(endorsersFor('terms:write', { ...context, record: grant }))).toEqual(new Set([one, other]));
        expect(endorsersFor('terms:write', { ...context, record: undefined })).toEqual([callerMspId]);
        expect(endorsersFor('terms:write', { ...context, record: grant, mspOf: () => undefined })).toEqual([callerMspId]);
        expect(endorsersFor('terms:purge', { ...context, record: grant })).toEqual([callerMspId]);
      },
    ),
  );
});

test('the parties speak through those who decide and those who ask; nobody else writes, offers, accepts or reads', async () => {
  const ledger = base.fork();
  const text = confidential(terms);
  await write(ledger, text, socialConsumer);
  const named = { id: grant.id, termsHash: text.termsHash };
  const outcome = (name: 'grant:offerTerms' | 'grant:acceptTerms' | 'grant:declineTerms', by: Person) => ledger.outcome(name, named, by);
  const strangers: [Person, string][] = [
    [tax, 'NOT_YOURS'],
    [manager, 'NOT_YOURS'],
    [auditor, 'NOT_YOURS'],
    [householdConsumer, 'ROLE_MISSING'],
    [social, 'ROLE_MISSING'],
  ];
  for (const [by, code] of strangers) {
    expect((await refusal(write(ledger, text, by))).code).toBe(code);
    for (const name of ['grant:offerTerms', 'grant:acceptTerms', 'grant:declineTerms'] as const) expect(await outcome(name, by)).toBe(code);
  }
  expect(await outcome('grant:acceptTerms', household)).toBe('STATE_FORBIDS');
  expect(await outcome('grant:offerTerms', socialConsumer)).toBe('active');
  expect(await outcome('grant:offerTerms', household)).toBe('ALREADY_EXISTS');
  expect(await outcome('grant:acceptTerms', socialConsumer)).toBe('NOT_YOURS');
  expect(await ledger.outcome('grant:acceptTerms', { ...named, termsHash: SHA('c') }, household)).toBe('TERMS_MISMATCH');
  for (const by of [tax, manager, auditor]) expect((await refusal(read(ledger, by))).code).toBe('NOT_YOURS');
  // The organisation's peer answers, but another department's people are nobody to it.
  expect((await refusal(read(ledger, person('SocialMSP', 'x', ['auditor'])))).code).toBe('ROLE_MISSING');
  for (const by of [household, householdConsumer, social, socialConsumer]) expect((await read(ledger, by)).terms).toEqual(terms);
  const elsewhere = ledger.invoke(['terms:read', canonical({ input: { grant: grant.id } })], household, { peer: 'BureauMSP' });
  await expect(elsewhere).rejects.toThrow('not held here');
});

test('a request offers terms whose text follows; nobody accepts what the two do not both hold', async () => {
  const ledger = base.fork();
  const text = confidential(terms);
  const asked = await ledger.write('grant', 'grant:request', { ...ask(grant.asset), termsHash: text.termsHash }, socialConsumer);
  expect(asked).toMatchObject({ status: 'requested', termsOffer: { termsHash: text.termsHash, stamp: asked.created } });
  expect(asked).not.toHaveProperty('termsHash');
  const accept = () => ledger.outcome('grant:acceptTerms', { id: asked.id, termsHash: text.termsHash }, household);
  expect(await accept()).toBe('TERMS_NOT_HELD');
  // A peer of the asking side alone, tampered, puts the text where only it reads.
  const own = `${ownCollection('SocialMSP')}/${termsKey(asked.id, text.termsHash, 'social-insurance')}`;
  ledger.privateState.set(own, { value: Buffer.from(text.transient.terms as Uint8Array), version: 0 });
  expect(await accept()).toBe('TERMS_NOT_HELD');
  await write(ledger, text, socialConsumer, asked.id);
  expect(await accept()).toBe('requested');
  expect(await ledger.outcome('grant:approve', { id: asked.id }, household)).toBe('active');
  expect(ledger.get('grant', asked.id)).toMatchObject({ termsHash: text.termsHash });
});

test('what is purged between an acceptance’s endorsement and its commit makes it a conflict', async () => {
  const ledger = base.fork();
  const text = confidential(terms);
  await write(ledger, text, household);
  const named = { id: grant.id, termsHash: text.termsHash };
  const offering = await ledger.simulate('grant:offerTerms', named, household);
  await ledger.submit('terms:purge', { grant: grant.id, termsHash: text.termsHash }, socialConsumer);
  expect(ledger.commit(offering)).toBe('MVCC_READ_CONFLICT');
  expect(await ledger.outcome('grant:offerTerms', named, household)).toBe('TERMS_NOT_HELD');
});

test('one’s own copy is purged when it is no longer in force; the other’s stays, and so does the commitment', async () => {
  const ledger = base.fork();
  const [first, second] = [confidential(terms), confidential(terms)];
  expect(second.termsHash).not.toBe(first.termsHash);
  const purge = async (text: Text, by: Person) => {
    try {
      return (await ledger.submit('terms:purge', { grant: grant.id, termsHash: text.termsHash }, by)) as unknown;
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  };
  const agree = async (text: Text) => {
    await write(ledger, text, household);
    await ledger.submit('grant:offerTerms', { id: grant.id, termsHash: text.termsHash }, household);
    expect(await purge(text, household)).toBe('STATE_FORBIDS');
    await ledger.submit('grant:acceptTerms', { id: grant.id, termsHash: text.termsHash }, socialConsumer);
    expect(await purge(text, socialConsumer)).toBe('STATE_FORBIDS');
  };
  await agree(first);
  await agree(second);
  expect(await purge(first, tax)).toBe('NOT_YOURS');
  expect(await purge(first, household)).toEqual({ grant: grant.id, termsHash: first.termsHash });
  expect(await purge(first, household)).toBe('NOT_FOUND');
  const asked = { grant: grant.id, termsHash: first.termsHash };
  expect((await refusal(read(ledger, household, asked))).code).toBe('NOT_FOUND');
  expect((await read(ledger, socialConsumer, asked)).terms).toEqual(terms);
  await ledger.submit('grant:revoke', { id: grant.id, reason: zh('到期') }, household);
  expect((await refusal(write(ledger, confidential(terms), household))).code).toBe('STATE_FORBIDS');
  expect(await purge(second, socialConsumer)).toEqual({ grant: grant.id, termsHash: second.termsHash });
  expect(ledger.get('grant', grant.id)).toMatchObject({ status: 'revoked', termsHash: second.termsHash });
});

describe('where the parties sit', () => {
  const bureauConsumer = person('BureauMSP', 'bureau-consumer-1', ['consumer']);
  const auditConsumer = person('AuditMSP', 'audit-consumer-1', ['consumer']);
  const health = person('AgenciesMSP', 'health-steward-1', ['steward'], { department: 'health' });

  const between = async (ledger: TestLedger, provider: Person, consumer: Person) => {
    const asset = await published(ledger, {}, provider);
    const asked = await ledger.write('grant', 'grant:request', ask(asset.id), consumer);
    return ledger.write('grant', 'grant:approve', { id: asked.id }, provider);
  };

  test('on one organisation: two copies in its one collection, each its department’s own', async () => {
    const ledger = base.fork();
    const { id } = await between(ledger, health, taxConsumer);
    const text = confidential(terms);
    const written = await ledger.simulate('terms:write', { grant: id, termsHash: text.termsHash }, health, { transient: text.transient });
    expect(written.endorsers).toEqual(['AgenciesMSP']);
    expect(ledger.commit(written)).toBe('VALID');
    await ledger.submit('grant:offerTerms', { id, termsHash: text.termsHash }, health);
    await ledger.submit('grant:acceptTerms', { id, termsHash: text.termsHash }, taxConsumer);
    await ledger.submit('grant:revoke', { id, reason: zh('撤') }, health);
    await ledger.submit('terms:purge', { grant: id, termsHash: text.termsHash }, taxConsumer);
    expect((await refusal(read(ledger, tax, { grant: id }))).code).toBe('NOT_FOUND');
    expect((await read(ledger, health, { grant: id })).terms).toEqual(terms);
    const education = person('AgenciesMSP', 'education-steward-1', ['steward'], { department: 'education' });
    expect((await refusal(read(ledger, education, { grant: id }))).code).toBe('NOT_YOURS');
  });

  test('the manager’s own department is a party like any other, of its own grants alone', async () => {
    const ledger = base.fork();
    const { id } = await between(ledger, household, bureauConsumer);
    const text = confidential(terms);
    const written = await ledger.simulate('terms:write', { grant: id, termsHash: text.termsHash }, household, {
      transient: text.transient,
    });
    expect(written.endorsers).toEqual(['PoliceMSP', 'BureauMSP']);
    expect(ledger.commit(written)).toBe('VALID');
    await ledger.submit('grant:offerTerms', { id, termsHash: text.termsHash }, household);
    await ledger.submit('grant:acceptTerms', { id, termsHash: text.termsHash }, bureauConsumer);
    expect((await read(ledger, bureauConsumer, { grant: id })).terms).toEqual(terms);
    expect((await refusal(read(ledger, bureauConsumer))).code).toBe('NOT_YOURS');
  });

  test('an auditor’s organisation endorses nothing, so it can hold none: refused with a code', async () => {
    const ledger = base.fork();
    const { id } = await between(ledger, household, auditConsumer);
    const text = confidential(terms);
    expect((await refusal(write(ledger, text, household, id))).code).toBe('TERMS_NO_PEER');
    expect(await ledger.outcome('grant:offerTerms', { id, termsHash: text.termsHash }, household)).toBe('TERMS_NO_PEER');
  });
});

describe('what is wrong is said without a word of it', () => {
  const wrong: [string, unknown, string][] = [
    ['nothing in it', {}, 'terms'],
    ['an unknown field', { ...terms, [CANARY]: CANARY }, 'terms'],
    ['an unknown field within', { text: { zh: CANARY, [CANARY]: CANARY } }, 'terms.text'],
    ['a price that is a number', { price: { amount: 5, currency: CANARY } }, 'terms.price.amount'],
    ['an e-mail address that is none', { contacts: [{ email: CANARY }] }, 'terms.contacts.0.email'],
    ['an element that is not granted', { elements: [{ name: CANARY, detail: { zh: CANARY } }] }, 'terms.elements.0.name'],
    ['a resident id number', { text: { zh: `${CANARY} 11010519491231002X` } }, 'terms.text.zh'],
    ['a mobile number outside the contact', { text: { zh: `${CANARY} 13812345678` } }, 'terms.text.zh'],
    ['a list', [CANARY], 'terms'],
  ];
  const bytesOf = (value: unknown) => Buffer.concat([Buffer.alloc(32, 7), Buffer.from(canonical(value))]);
  const raw: [string, Uint8Array | undefined, string][] = [
    ['no text at all', undefined, 'terms'],
    ['a salt alone', Buffer.alloc(32), 'terms'],
    ['less than a salt', Buffer.from(CANARY), 'terms'],
    ['no JSON', Buffer.from(`${'x'.repeat(32)}{"text": ${CANARY}`), 'terms'],
    ['JSON, but not canonical', Buffer.from(`${'x'.repeat(32)}{"text": {"zh":"${CANARY}"}}`), 'terms'],
    ['no UTF-8', Buffer.concat([Buffer.alloc(32), Buffer.from(`{"text":{"zh":"${CANARY}`), Buffer.of(0xff, 0x22, 0x7d, 0x7d)]), 'terms'],
    ['more than there is room for', bytesOf({ text: { zh: CANARY.repeat(20_000) } }), 'terms'],
    ['nested without end', Buffer.from(`${'x'.repeat(32)}${'['.repeat(100_000)}`), 'terms'],
  ];
  const cases = [...wrong.map(([what, value, path]) => [what, bytesOf(value), path] as const), ...raw];
  test.each(cases)('%s', async (_what, bytes, path) => {
    const termsHash = bytes === undefined ? SHA('a') : sha256(bytes);
    const options = bytes === undefined ? {} : { transient: { terms: bytes } };
    const { code, detail, message } = await refusal(base.fork().submit('terms:write', { grant: grant.id, termsHash }, household, options));
    expect(code).toBe('INPUT_INVALID');
    expect(detail.fields?.map((fault) => fault.path)).toContain(path);
    expect(message).not.toContain(CANARY);
    expect(message).not.toMatch(/1101051|1381234/);
  });

  test('another text than the one committed to', async () => {
    const { transient } = confidential(terms);
    const { code, message } = await refusal(
      base.fork().submit('terms:write', { grant: grant.id, termsHash: SHA('a') }, household, { transient }),
    );
    expect([code, message.includes(CANARY)]).toEqual(['TERMS_MISMATCH', false]);
  });
});

const prose = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());
const anyTerms = fc.record({ text: fc.record({ zh: prose, en: prose }) }, { requiredKeys: ['text'] });
const anySalt = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a commitment stands for one salt and one text, whatever order its fields were written in', () => {
  fc.assert(
    fc.property(anyTerms, anySalt, anyTerms, anySalt, (a, saltA, b, saltB) => {
      const hash = (salt: Uint8Array, value: ConfidentialTerms) => termsCommitment(Buffer.from(salt).toString('hex'), value);
      const same = canonical(a) === canonical(b) && Buffer.from(saltA).equals(saltB);
      expect(hash(saltA, a) === hash(saltB, b)).toBe(same);
      const { zh: chinese, en } = a.text;
      expect(hash(saltA, { text: { en, zh: chinese } })).toBe(hash(saltA, a));
      expect(splitTerms(termsBytes(saltA, a))).toEqual({ salt: saltA, terms: a });
    }),
  );
});

test('any bytes at all are a salt and canonical JSON, or a TypeError that says nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        const { salt, terms: found } = splitTerms(bytes);
        expect(Buffer.concat([salt, Buffer.from(canonical(found))])).toEqual(Buffer.from(bytes));
      } catch (error) {
        expect(error).toEqual(new TypeError('not a salt and canonical JSON'));
      }
    }),
    { numRuns: 500 },
  );
  expect(() => termsBytes(Buffer.alloc(31), { text: { zh: 'x' } })).toThrow(TypeError);
});

/** Offers, answers and copies, said once more and apart from the code. */
interface Model {
  offer?: { text: number; by: string };
  agreed?: number;
  ended: boolean;
  readonly held: Record<string, Set<number>>;
}
const sides: Record<string, Person> = { household, 'social-insurance': socialConsumer };
const step = fc.record({
  verb: fc.constantFrom('write', 'write', 'offer', 'offer', 'accept', 'accept', 'decline', 'purge', 'end'),
  by: fc.constantFrom('household', 'social-insurance'),
  text: fc.nat({ max: 2 }),
});

function expected(model: Model, verb: string, by: string, text: number): string {
  const both = Object.values(model.held).every((held) => held.has(text));
  if (verb === 'end') return model.ended ? 'STATE_FORBIDS' : 'ok';
  if (verb === 'purge') {
    if (!model.ended && (model.agreed === text || model.offer?.text === text)) return 'STATE_FORBIDS';
    return model.held[by]?.has(text) ? 'ok' : 'NOT_FOUND';
  }
  if (model.ended) return 'STATE_FORBIDS';
  if (verb === 'write') return 'ok';
  if (verb === 'offer') {
    if (model.agreed === text || model.offer?.text === text) return 'ALREADY_EXISTS';
    return both ? 'ok' : 'TERMS_NOT_HELD';
  }
  if (model.offer === undefined) return 'STATE_FORBIDS';
  if (model.offer.text !== text) return 'TERMS_MISMATCH';
  if (verb === 'decline') return 'ok';
  if (model.offer.by === by) return 'NOT_YOURS';
  return both ? 'ok' : 'TERMS_NOT_HELD';
}

function advance(model: Model, verb: string, by: string, text: number): void {
  if (verb === 'write') for (const held of Object.values(model.held)) held.add(text);
  if (verb === 'purge') model.held[by]?.delete(text);
  if (verb === 'end') model.ended = true;
  if (verb === 'offer') model.offer = { text, by };
  if (verb === 'accept') model.agreed = text;
  if (verb === 'accept' || verb === 'decline') delete model.offer;
}

test('offers, acceptances and copies live as the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
      const ledger = base.fork();
      const texts = [0, 1, 2].map((n) => confidential({ price: { amount: String(n), currency: 'CNY' } }, Buffer.alloc(32, n)));
      const model: Model = { ended: false, held: { household: new Set(), 'social-insurance': new Set() } };
      for (const { verb, by, text } of steps) {
        const { termsHash, transient } = texts[text] as Text;
        const [who, named] = [sides[by] as Person, { id: grant.id, termsHash }];
        const work = {
          write: () => ledger.submit('terms:write', { grant: grant.id, termsHash }, who, { transient }),
          purge: () => ledger.submit('terms:purge', { grant: grant.id, termsHash }, who),
          offer: () => ledger.submit('grant:offerTerms', named, who),
          accept: () => ledger.submit('grant:acceptTerms', named, who),
          decline: () => ledger.submit('grant:declineTerms', named, who),
          end: () => ledger.submit('grant:revoke', { id: grant.id, reason: zh('撤') }, household),
        }[verb as 'write'];
        const outcome = await work().then(
          () => 'ok',
          (error: unknown) => (error instanceof Refused ? error.code : Promise.reject(error)),
        );
        expect([verb, outcome]).toEqual([verb, expected(model, verb, by, text)]);
        if (outcome === 'ok') advance(model, verb, by, text);
        const stored = ledger.get('grant', grant.id);
        const hashOf = (n: number | undefined) => (n === undefined ? undefined : texts[n]?.termsHash);
        expect([stored?.termsHash, stored?.termsOffer?.termsHash]).toEqual([hashOf(model.agreed), hashOf(model.offer?.text)]);
      }
    }),
    { numRuns: 120 },
  );
});

test('an element marked as confidential has its detail in no public record', async () => {
  const outcome = (element: object) =>
    base.fork().outcome('asset:register', { ...population, elements: [{ name: 'score', type: 'number', ...element }] }, household);
  expect(await outcome({ confidential: true })).toBe('registered');
  expect(await outcome({ confidential: true, title: zh('信用分') })).toBe('INPUT_INVALID');
  expect(await outcome({ confidential: true, dataElementId: 'de-7' })).toBe('INPUT_INVALID');
  expect(await outcome({ title: zh('信用分') })).toBe('registered');
});

test('the schema has a place for all that the two agree, and none for anything else', () => {
  expect(confidentialTerms.safeParse(terms).success).toBe(true);
  for (const amount of ['', '-1', '1e3', '01', '1.', '1,000', '１'])
    expect(confidentialTerms.safeParse({ price: { amount, currency: 'CNY' } }).success).toBe(false);
});
