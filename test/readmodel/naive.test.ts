import { join } from 'node:path';
import { type LedgerRecord, type RecordKind, records } from '@drl/chaincode/model/records/index';
import {
  assetOverdue,
  authorityClash,
  demandStatus,
  disputeStatus,
  feedbackStatus,
  grantStatus,
  rightStatus,
  shareHalfOpen,
} from '@drl/chaincode/model/rules/derive';
import { fsck } from '@drl/gateway/readmodel/fsck';
import type { Page, PageRequest, ReadModel } from '@drl/gateway/readmodel/readmodel';
import fc from 'fast-check';
import { CHAINCODE } from '../../scripts/bench/blocks';
import { History, newestFirst, type Step } from './history';
import { opened, scratch } from './source';

/** The read model against a plain reading of the same history: every record, list, history, trail and trace, as of every block. */
const step: fc.Arbitrary<Step> = fc.record({
  // More of what comes late in a life: confirmations, transfers, shares and their answers.
  op: fc.constantFrom(
    ...'0 0 1 1 2 2 3 4 5 6 6 6 7 8 9 9 9 10 10 11 11 11 12 13 13 13 13 13 14 14 14 14 15 15 16 16 17 18 18 18 19 19 19 20 21 22 22 22 22 23 23 24 24 24 24 24 25'
      .split(' ')
      .map(Number),
  ),
  pick: fc.nat(1000),
  actor: fc.nat(2),
  flaw: fc.oneof({ weight: 4, arbitrary: fc.constant(19) }, { weight: 1, arbitrary: fc.nat(9) }),
  wait: fc.oneof(fc.constant(1000), fc.integer({ min: -30_000, max: 30_000 }), fc.integer({ min: 0, max: 2 * 86_400_000 })),
  seal: fc.boolean(),
});

const NOW = Date.parse('2026-06-01T00:00:00Z');

it('answers as a plain reading does, as of every block', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 140 }), fc.nat(), async (steps, seed) => {
      const history = new History(steps);
      const { dir, clean } = scratch();
      const model = await opened(history.ledger, dir, { now: () => NOW });
      try {
        expect(model.status().failure).toBeUndefined();
        for (let block = 2; block <= history.last; block += 1 + (seed % 3))
          await compare(model, history, block, new Date(history.times[block] as number).toISOString());
        await compare(model, history, undefined, new Date(NOW).toISOString());
      } finally {
        await model.close();
      }
      expect(await fsck({ dir: join(dir, 'store'), chaincode: CHAINCODE, blocks: history.ledger.source.blocks })).toMatchObject({
        outcome: 'equal',
      });
      clean();
    }),
    { numRuns: 12 },
  );
}, 300_000);

async function compare(model: ReadModel, history: History, asOfBlock: number | undefined, at: string): Promise<void> {
  const block = asOfBlock ?? history.last;
  const page = { limit: 1 + (block % 7), ...(asOfBlock === undefined ? {} : { asOfBlock }) };
  for (const [kind, filter] of questions) {
    const expected = history.of(kind, block).filter((record) => plainly(history, record, filter, block, at));
    const found = await whole((cursor) => model.list(kind, filter as never, { ...page, ...cursor }));
    expect({ kind, filter, block, records: found }).toEqual({ kind, filter, block, records: expected });
  }
  for (const filter of [
    {},
    { asset: 'ast-0' },
    { department: 'tax' },
    { purpose: 'dpv:IdentityVerification' },
    { outcome: 'ignored' as const },
    { outcome: ['refused', 'invalid'] as const, department: 'household' },
    { person: 'tax-steward-1', asset: 'ast-0' },
    { concerns: 'household' },
    { concerns: 'tax', asset: 'ast-0' },
    { from: '2026-03-02T00:00:00Z', to: '2026-03-04T00:00:00Z' },
  ]) {
    const found = await whole((cursor) => model.trail(filter, { ...page, ...cursor }));
    const expected = history.acts
      .filter(({ entry, filed }) => entry.block <= block && trailPlainly(entry, filed, filter))
      .sort(newestFirstAct)
      .map(({ entry, filed }) => ({ ...entry, at: new Date(filed).toISOString() }));
    const told = found.filter(({ action }) => !FOUNDING.includes(action)).map(({ transactionId, ...rest }) => rest);
    expect({ filter, block, told }).toEqual({ filter, block, told: expected });
  }
  if (asOfBlock === undefined) await compareNear(model, history);
  await model.survey(asOfBlock === undefined ? {} : { asOfBlock }, async (survey) => {
    expect(survey.asOf.block).toBe(block);
    const byId = (a: LedgerRecord, b: LedgerRecord) => (a.id < b.id ? -1 : 1);
    for (const kind of Object.keys(records) as RecordKind[]) {
      if (kind === 'settings' || kind === 'department') continue;
      const found = await gathered(survey.each(kind));
      expect({ kind, block, found: found.sort(byId) }).toEqual({ kind, block, found: [...history.of(kind, block)].sort(byId) });
    }
    for (const [kind, filter] of questions.filter((_, i) => i % 5 === block % 5)) {
      const found = await gathered(survey.each(kind, filter as never));
      const expected = history.of(kind, block).filter((record) => plainly(history, record, filter, block, at));
      expect(found.sort(byId)).toEqual([...expected].sort(byId));
    }
    for (const [key, versions] of history.versions) {
      const [kind, id] = key.split(' ') as [RecordKind, string];
      expect(await survey.versions(kind, id)).toEqual(versions.filter((v) => v.block <= block).map((v) => v.record));
    }
  });
  for (const record of history.of('asset', block)) {
    const trace = await model.trace(record.id, { ...page, limit: 200 });
    const on = <K extends 'derivation' | 'right' | 'grant' | 'share' | 'refusal'>(kind: K) =>
      history.of(kind, block).filter((r) => r.asset === record.id);
    expect(trace).toMatchObject({
      asset: record,
      rights: on('right'),
      grants: on('grant'),
      shares: on('share'),
      refusals: on('refusal'),
      derivations: [
        ...on('derivation'),
        ...history.of('derivation', block).filter(({ inputs }) => inputs.some(({ asset }) => asset === record.id)),
      ],
      nextCursor: null,
    });
  }
  for (const [key, versions] of history.versions) {
    const [kind, id] = key.split(' ') as [RecordKind, string];
    const known = versions.filter((v) => v.block <= block).map((v) => v.record);
    const when = asOfBlock === undefined ? {} : { asOfBlock };
    expect(await model.get(kind, id, when)).toEqual(known.at(-1));
    expect(await model.get(kind, id, { version: 1, ...when })).toEqual(known[0]);
    expect(await whole((cursor) => model.history(kind, id, { ...page, ...cursor }))).toEqual([...known].reverse());
    if (kind === 'grant') expect(await model.usage(id, when)).toEqual(plainUse(history, id, block));
    if (asOfBlock === undefined)
      expect((await model.writers(kind, id)).map((tx) => tx.transactionId)).toEqual(known.map((r) => r.updated.transactionId));
  }
}

/** Whatever has one of the signs and is visible, each once, and nothing else; the order is for test/demands to judge. */
async function compareNear(model: ReadModel, history: History): Promise<void> {
  const signs = [
    { field: 'word', value: '人口' },
    { field: 'word', value: 'vehicle' },
    { field: 'element', value: 'DE-2' },
  ] as const;
  const theirs = (record: LedgerRecord) => record.created.department !== 'tax';
  for (const kind of ['asset', 'demand'] as const) {
    const { records } = await model.near(kind, signs, 1000, theirs);
    const expected = history
      .of(kind, history.last)
      .filter(
        (r) =>
          theirs(r) && (r.elements.some((e) => e.dataElementId === 'DE-2') || textsOf(r).some((text) => /人口|\bvehicle\b/.test(text))),
      );
    const ids = (all: readonly LedgerRecord[]) => all.map(({ id }) => id).sort();
    expect({ kind, near: ids(records) }).toEqual({ kind, near: ids(expected) });
    expect((await model.near(kind, signs, 2, theirs)).records).toEqual(records.slice(0, 2));
  }
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const FOUNDING = ['settings:set', 'department:admit'];

const questions: readonly (readonly [RecordKind, Record<string, string | boolean>])[] = [
  ['asset', {}],
  ['asset', { status: 'published' }],
  ['asset', { publisher: 'household', shareType: 'unconditional' }],
  ['asset', { theme: 'population', status: 'published' }],
  ['asset', { element: 'DE-2' }],
  ['asset', { element: 'plate', attached: false }],
  ['asset', { attached: true }],
  ['asset', { catalogCode: 'C-1' }],
  ['asset', { authority: 'DE-1' }],
  ['asset', { overdue: true }],
  ['asset', { overdue: false, publisher: 'tax' }],
  ['asset', { contested: true }],
  ['asset', { contested: false, theme: 'transport' }],
  ['asset', { q: 'popul' }],
  ['asset', { q: '人口' }],
  ['asset', { q: '口' }],
  ['asset', { q: '口人' }],
  ['asset', { q: 'vehicle transport' }],
  ['derivation', { publisher: 'tax' }],
  ['derivation', { asset: 'ast-0' }],
  ['derivation', { input: 'ast-0' }],
  ['right', {}],
  ['right', { status: 'contested' }],
  ['right', { status: 'lapsed' }],
  ['right', { holder: 'tax', status: 'confirmed' }],
  ['right', { asset: 'ast-0' }],
  ['right', { offeredTo: 'social-insurance' }],
  ['contest', { status: 'open' }],
  ['contest', { by: 'household' }],
  ['demand', {}],
  ['demand', { status: 'open' }],
  ['demand', { status: 'expired' }],
  ['demand', { status: 'matched', owner: 'household' }],
  ['demand', { asset: 'ast-0' }],
  ['demand', { by: 'tax', status: 'fulfilled' }],
  ['demand', { element: 'DE-2', theme: 'transport' }],
  ['demand', { q: '人口' }],
  ['demand', { q: 'vehic' }],
  ['joining', { by: 'tax' }],
  ['grant', {}],
  ['grant', { status: 'requested' }],
  ['grant', { status: 'escalated' }],
  ['grant', { status: 'active' }],
  ['grant', { status: 'expired' }],
  ['grant', { status: 'exhausted' }],
  ['grant', { overdue: true }],
  ['grant', { party: 'tax' }],
  ['grant', { asset: 'ast-0', assignee: 'household' }],
  ['share', {}],
  ['share', { status: 'half-open' }],
  ['share', { status: 'committed', consumer: 'tax' }],
  ['share', { status: 'acknowledged' }],
  ['share', { payloadHash: 'ab'.repeat(32) }],
  ['share', { party: 'household', from: '2026-03-03T00:00:00Z' }],
  ['share', { asset: 'ast-0', to: '2026-03-05T00:00:00Z' }],
  ['refusal', { party: 'tax' }],
  ['plan', { department: 'tax' }],
  ['feedback', {}],
  ['feedback', { asset: 'ast-0' }],
  ['feedback', { status: 'escalated' }],
  ['feedback', { party: 'tax', dimension: 'stale' }],
  ['feedback', { publisher: 'household', status: 'accepted' }],
  ['dispute', {}],
  ['dispute', { party: 'tax' }],
  ['dispute', { asset: 'ast-0' }],
  ['dispute', { element: 'DE-1' }],
  ['dispute', { freezes: 'grn-5' }],
  ['dispute', { status: 'opened' }],
  ['dispute', { status: 'mediation', respondent: 'household' }],
  ['dispute', { status: 'decided' }],
  ['audit-query', { by: 'audit-office' }],
];

function plainly(history: History, record: LedgerRecord, filter: Record<string, string | boolean>, block: number, at: string): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    const own = (record as unknown as Record<string, unknown>)[field];
    if (field === 'from') return record.created.at >= new Date(String(wanted)).toISOString();
    if (field === 'to') return record.created.at <= new Date(String(wanted)).toISOString();
    if (field === 'party') return Object.values(record).includes(wanted);
    if (field === 'status') return statusOf(history, record, block, at).includes(String(wanted));
    if (record.kind === 'grant' && field === 'overdue') return statusOf(history, record, block, at).includes('escalated');
    if (record.kind === 'derivation' && field === 'input') return record.inputs.some(({ asset }) => asset === wanted);
    if (record.kind === 'demand' && (field === 'asset' || field === 'owner')) return record.match?.[field] === wanted;
    if (record.kind === 'dispute' && field === 'asset') return record.assets.includes(String(wanted));
    if (record.kind === 'dispute' && field === 'element')
      return record.subject.kind === 'authority' && record.subject.dataElement === wanted;
    if (record.kind === 'dispute' && field === 'freezes') return record.freezes.some(({ id }) => id === wanted);
    if (record.kind !== 'asset' && record.kind !== 'demand') return own === wanted;
    if (field === 'element') return record.elements.some((e) => e.name === wanted || e.dataElementId === wanted);
    if (field === 'q')
      return String(wanted)
        .split(' ')
        .every((word) =>
          textsOf(record).some((text) => (/\p{Script=Han}/u.test(word) ? text.includes(word) : ` ${text}`.includes(` ${word}`))),
        );
    if (record.kind === 'demand') return own === wanted;
    if (field === 'authority') return record.authoritativeFor?.includes(String(wanted)) ?? false;
    if (field === 'attached') return record.distributions.length > 0 === wanted;
    if (field === 'overdue') return assetOverdue(record, at) === wanted;
    if (field === 'contested') return isContested(history, record, block, at) === wanted;
    return own === wanted;
  });
}

function textsOf(record: LedgerRecord & { kind: 'asset' | 'demand' }): string[] {
  if (record.kind === 'demand') return [record.want.zh, record.want.en].map((text) => text?.toLowerCase() ?? '');
  return [record.title.zh, record.title.en, ...(record.keywords ?? [])].map((text) => text?.toLowerCase() ?? '');
}

function statusOf(history: History, record: LedgerRecord, block: number, at: string): string[] {
  if (record.kind === 'grant') return [grantStatus(record, at, plainUse(history, record.id, block).count)];
  if (record.kind === 'right') return [rightStatus(record, history.of('contest', block), at)];
  if (record.kind === 'demand') return [demandStatus(record, at)];
  if (record.kind === 'feedback') return [feedbackStatus(record, at)];
  if (record.kind === 'dispute') return [disputeStatus(record, at)];
  if (record.kind === 'share' && shareHalfOpen(record, at)) return ['half-open', record.status];
  return [record.status];
}

function isContested(history: History, record: LedgerRecord & { kind: 'asset' }, block: number, at: string): boolean {
  const contests = history.of('contest', block);
  const ruled = (element: string, other: string) =>
    history
      .of('dispute', block)
      .some(
        ({ subject, authoritative }) =>
          authoritative !== undefined &&
          subject.kind === 'authority' &&
          subject.dataElement === element &&
          [record.id, other].every((id) => subject.assets.includes(id)),
      );
  return (
    history.of('asset', block).some((other) => authorityClash(record, other).some((element) => !ruled(element, other.id))) ||
    history.of('right', block).some((right) => right.asset === record.id && rightStatus(right, contests, at) === 'contested')
  );
}

function plainUse(history: History, grant: string, block: number) {
  const shares = history.of('share', block).filter((share) => share.grant === grant);
  return { count: shares.length, rows: shares.reduce((sum, share) => sum + share.rowsReserved, 0) };
}

type Act = History['acts'][number];

function trailPlainly(entry: Act['entry'], filed: number, filter: Record<string, unknown>): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === 'from') return filed >= Date.parse(String(wanted));
    if (field === 'to') return filed <= Date.parse(String(wanted));
    if (field === 'person') return entry.actor.name === wanted;
    if (field === 'concerns') return entry.concerns?.includes(String(wanted)) ?? false;
    if (field === 'outcome') return [wanted].flat().includes(entry.outcome);
    return (entry as unknown as Record<string, unknown>)[field] === wanted;
  });
}

/** Acts of one transaction stay in the order of their writes. */
function newestFirstAct(a: Act, b: Act): number {
  const [x, y] = [a, b].map(({ place }) => ({ place: place.slice(0, 3) }));
  return newestFirst(x as { place: number[] }, y as { place: number[] }) || (a.place[3] as number) - (b.place[3] as number);
}

async function whole<T>(next: (cursor: Pick<PageRequest, 'cursor'>) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await next(cursor ? { cursor } : {});
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}
