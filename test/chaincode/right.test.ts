import { rightStatus } from '@drl/chaincode/model/rules/derive';
import fc from 'fast-check';
import { city, household, householdConsumer, manager, published, social, socialConsumer, tax, zh } from './city';
import type { TestLedger } from './harness';
import type { Person } from './people';

let base: TestLedger;
let asset: string;
beforeAll(async () => {
  base = await city();
  asset = (await published(base)).id;
});

const people = { household, social, tax, manager };
const home: Record<string, keyof typeof people> = {
  household: 'household',
  'social-insurance': 'social',
  tax: 'tax',
  'data-bureau': 'manager',
};
const department = { household: 'household', social: 'social-insurance', tax: 'tax', manager: 'data-bureau' } as const;
type Who = keyof typeof people;

/** The page's rights, as a clerk would keep them in a book. */
interface Entry {
  type: 'ownership' | 'use';
  holder: Who;
  status: string;
  offeredTo?: Who;
  /** Who contests, oldest first. */
  contests: Who[];
  overturned?: boolean;
}

const owner = (book: Entry[]) => book.find((entry) => entry.type === 'ownership' && entry.status === 'confirmed' && !entry.overturned);
const stated = (entry: Entry) =>
  entry.overturned ? 'lapsed' : entry.contests.length > 0 && ['claimed', 'confirmed'].includes(entry.status) ? 'contested' : entry.status;

/** What the page lets happen; undefined: nothing. Changes the book where it does. */
function act(book: Entry[], entry: Entry, verb: string, who: Who, to: Who): boolean {
  const state = stated(entry);
  const judge = (e: Entry) => (e.type === 'ownership' ? who === 'manager' : owner(book)?.holder === who);
  const free = entry.type !== 'ownership' || owner(book) === undefined || owner(book) === entry;
  switch (verb) {
    case 'confirm':
      if (state === 'contested') {
        const confirms = entry.status === 'claimed' && entry.type === 'ownership';
        if (who !== 'manager' || (confirms && !free)) return false;
        entry.contests = [];
        if (confirms) entry.status = 'confirmed';
        return true;
      }
      if (state !== 'claimed' || !judge(entry) || !free) return false;
      entry.status = 'confirmed';
      return true;
    case 'contest':
      if (!['claimed', 'confirmed', 'contested'].includes(state) || who === entry.holder || entry.contests.includes(who)) return false;
      entry.contests.push(who);
      return true;
    case 'offer':
      if (state !== 'confirmed' || who !== entry.holder || entry.offeredTo || to === who) return false;
      entry.offeredTo = to;
      return true;
    case 'accept':
      if (state !== 'confirmed' || entry.offeredTo !== who) return false;
      entry.status = 'transferred';
      book.push({ type: entry.type, holder: who, status: 'confirmed', contests: [] });
      return true;
    default:
      if (state === 'contested' && who === 'manager') {
        entry.contests.shift();
        entry.overturned = true;
        return true;
      }
      if (entry.offeredTo && (who === entry.offeredTo || who === entry.holder)) {
        if (!['confirmed', 'contested'].includes(state)) return false;
        delete entry.offeredTo;
        return true;
      }
      if (!['claimed', 'confirmed'].includes(state)) return false;
      if (who !== entry.holder && (state === 'confirmed' || !judge(entry))) return false;
      entry.status = 'lapsed';
      return true;
  }
}

const anyone = fc.constantFrom<Who>('household', 'social', 'tax', 'manager');
const command = fc.record({
  verb: fc.constantFrom('claim', 'confirm', 'confirm', 'contest', 'contest', 'offer', 'offer', 'accept', 'accept', 'decline'),
  type: fc.constantFrom<Entry['type']>('ownership', 'use'),
  which: fc.nat({ max: 3 }),
  who: anyone,
  to: anyone,
  /** Where set, whoever the page waits for acts, so that walks get far. */
  apt: fc.boolean(),
});

test('rights live as the page says: who confirms, who transfers, who contests and what the manager rules', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async (commands) => {
      const ledger = base.fork();
      const book: Entry[] = [];
      const ids: string[] = [];
      for (const { verb, type, which, who: drawn, to, apt } of commands) {
        ledger.now = new Date(ledger.now.getTime() + 1000);
        const entry = book[which % Math.max(1, book.length)];
        const id = ids[which % Math.max(1, book.length)] as string;
        if (verb === 'claim' || entry === undefined) {
          const input = { asset, rightType: type, role: 'user', basis: zh('依据') } as const;
          ids.push((await ledger.write('right', 'right:claim', input, people[drawn])).id);
          book.push({ type, holder: drawn, status: 'claimed', contests: [] });
          continue;
        }
        const fits: Record<string, Who | undefined> = {
          accept: entry.offeredTo,
          offer: entry.holder,
          confirm: 'manager',
          decline: stated(entry) === 'contested' ? 'manager' : undefined,
        };
        const fit = fits[verb] ?? drawn;
        const who = apt ? fit : drawn;
        const input = verb === 'offer' ? { id, to: department[to] } : verb === 'contest' ? { id, reason: zh('异议') } : { id };
        const oldest = ledger
          .all('contest')
          .filter(({ right, status }) => right === id && status === 'open')
          .sort((a, b) => a.created.at.localeCompare(b.created.at))[0];
        const upholds = verb === 'decline' && who === 'manager' && stated(entry) === 'contested' && oldest !== undefined;
        const before = book.length;
        const allowed = act(book, entry, verb, who, to);
        const outcome = await ledger.outcome(`right:${verb}` as 'right:confirm', input, people[who], upholds ? { contest: oldest } : {});
        expect(outcome === outcome.toLowerCase()).toBe(allowed);
        if (book.length > before) ids.push(ledger.get('right', id)?.transferredTo as string);
        for (const [i, expected] of book.entries()) {
          const right = ledger.get('right', ids[i] as string);
          if (right === undefined) throw new Error('a right is gone');
          expect(rightStatus(right, ledger.all('contest'), ledger.now.toISOString())).toBe(stated(expected));
          expect(right.holder).toBe(department[expected.holder]);
          expect(right.offeredTo && right.status === 'confirmed' ? home[right.offeredTo] : undefined).toBe(
            expected.status === 'confirmed' ? expected.offeredTo : undefined,
          );
        }
      }
    }),
    { numRuns: 200 },
  );
});

const own = (ledger: TestLedger, by: Person = household) =>
  ledger.write('right', 'right:claim', { asset, rightType: 'ownership', role: 'producer', basis: zh('职责') }, by);

test('a claim is for one’s own department, and a department that may not see an asset claims nothing on it', async () => {
  const ledger = base.fork();
  const claim = { asset, rightType: 'use', role: 'user', basis: zh('依据') } as const;
  expect(await ledger.outcome('right:claim', { ...claim, holder: 'tax' }, social)).toBe('NOT_YOURS');
  expect(await ledger.outcome('right:claim', { ...claim, holder: 'social-insurance' }, socialConsumer)).toBe('claimed');
  const backwards = { validFrom: '2026-05-01T00:00:00Z', validTo: '2026-04-01T00:00:00Z' };
  expect(await ledger.outcome('right:claim', { ...claim, ...backwards }, social)).toBe('INPUT_INVALID');
  await ledger.submit('asset:retire', { id: asset }, household);
  expect(await ledger.outcome('right:claim', claim, social)).toBe('STATE_FORBIDS');
});

test('a transfer is two rights: the old one ended, the new one from it, with the confirmation it stands on', async () => {
  const ledger = base.fork();
  const { id } = await own(ledger);
  const confirmed = await ledger.write('right', 'right:confirm', { id }, manager);
  await ledger.submit('right:offer', { id, to: 'social-insurance' }, householdConsumer);
  const to = await ledger.write('right', 'right:accept', { id }, social);
  expect(to).toMatchObject({
    holder: 'social-insurance',
    status: 'confirmed',
    transferredFrom: id,
    version: 1,
    confirmed: confirmed.confirmed,
  });
  expect(to).not.toHaveProperty('offeredTo');
  expect(ledger.get('right', id)).toMatchObject({ status: 'transferred', transferredTo: to.id, holder: 'household' });
  // The new owner is the one who confirms from now on.
  const use = await ledger.write('right', 'right:claim', { asset, rightType: 'use', role: 'user', basis: zh('依据') }, tax);
  expect(await ledger.outcome('right:confirm', { id: use.id }, household)).toBe('NOT_YOURS');
  expect(await ledger.outcome('right:confirm', { id: use.id }, social)).toBe('confirmed');
});

test('of two ownerships confirmed at once one stands', async () => {
  const ledger = base.fork();
  const [a, b] = [await own(ledger), await own(ledger, social)];
  const confirms = [
    await ledger.simulate('right:confirm', { id: a.id }, manager),
    await ledger.simulate('right:confirm', { id: b.id }, manager),
  ];
  expect(confirms.map((simulation) => ledger.commit(simulation))).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  expect(await ledger.outcome('right:confirm', { id: b.id }, manager)).toBe('ALREADY_EXISTS');
});

test('a contest that arrives while the right is being transferred stops one of the two: a phantom', async () => {
  const ledger = base.fork();
  const { id } = await own(ledger);
  await ledger.submit('right:confirm', { id }, manager);
  await ledger.submit('right:offer', { id, to: 'social-insurance' }, household);
  const contest = await ledger.simulate('right:contest', { id, reason: zh('异议') }, tax);
  const accept = await ledger.simulate('right:accept', { id }, social);
  expect([ledger.commit(contest), ledger.commit(accept)]).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
});

test('an ownership that has lapsed leaves the asset free for another', async () => {
  const ledger = base.fork();
  const { id } = await ledger.write(
    'right',
    'right:claim',
    { asset, rightType: 'ownership', role: 'producer', basis: zh('职责'), validTo: '2026-04-01T00:00:00Z' },
    household,
  );
  await ledger.submit('right:confirm', { id }, manager);
  const other = await own(ledger, social);
  expect(await ledger.outcome('right:confirm', { id: other.id }, manager)).toBe('ALREADY_EXISTS');
  ledger.now = new Date('2026-04-01T00:00:00.001Z');
  expect(await ledger.outcome('right:confirm', { id: other.id }, manager)).toBe('confirmed');
});
