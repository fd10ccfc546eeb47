import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demandEffectiveStatus } from '@drl/chaincode/model/records/demand';
import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import {
  assetOverdue,
  demandStatus,
  disputeStatus,
  feedbackStatus,
  grantStatus,
  rightStatus,
  shareHalfOpen,
} from '@drl/chaincode/model/rules/derive';
import { demonstrationStart, seedDemonstration } from '@drl/gateway/demo/seed';
import { progressOf } from '@drl/gateway/plans/progress';
import { openReadModel } from '@drl/gateway/readmodel/open';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { readConsortium } from '@drl/network/consortium';
import { openCity } from './city';

const consortium = readConsortium(join(__dirname, '..', '..', 'network', 'consortium.yaml'));
const calendar = { timeZone: consortium.timeZone, ...consortium.rules };
const dir = mkdtempSync(join(tmpdir(), 'drl-demo-'));
const now = new Date();

describe('the demonstration, played through the real contracts', () => {
  let model: ReadModel;
  let city: Awaited<ReturnType<typeof openCity>>;
  beforeAll(async () => {
    city = await openCity(join(dir, 'ledger'), consortium, demonstrationStart(now, calendar));
    let last = 0;
    const { transactions } = await seedDemonstration({
      now,
      calendar,
      setTime: (at) => city.ledger.simulate(at),
      write: city.write,
      keepQuestion: async () => 'a'.repeat(64),
      progress: (done) => {
        last = done;
      },
    });
    expect(last).toBe(transactions);
    await city.ledger.endSimulation();
    const { ledger } = city;
    model = await openReadModel({
      dir: join(dir, 'model'),
      chaincode: consortium.chaincode,
      blocks: (from, signal) => ledger.blocks(from, signal),
    });
    await model.reached(Number(ledger.height()) - 1);
  });
  afterAll(async () => {
    await model?.close();
    await city?.ledger.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function every<K extends RecordKind>(kind: K): Promise<RecordOf<K>[]> {
    const items: RecordOf<K>[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await model.list(kind, {}, { limit: 200, ...(cursor ? { cursor } : {}) });
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }
  const at = now.toISOString();

  test('nothing that it wrote is invalid or ignored', () => {
    expect(model.status()).toMatchObject({ invalid: 0, ignored: 0 });
  });

  test('grants in every state', async () => {
    const grants = await every('grant');
    const states = await Promise.all(grants.map(async (g) => grantStatus(g, at, (await model.usage(g.id)).count)));
    expect([...new Set(states)].sort()).toEqual(
      ['active', 'escalated', 'exhausted', 'expired', 'refused', 'requested', 'returned', 'revoked', 'suspended', 'withdrawn'].sort(),
    );
    expect(grants.some((g) => g.renews)).toBe(true);
  });

  test('shares answered, unequal, settled, void, begun and left unanswered; attempts refused by limit, term and status', async () => {
    const shares = await every('share');
    expect([...new Set(shares.map((s) => s.status))].sort()).toEqual([
      'acknowledged',
      'committed',
      'mismatched',
      'opened',
      'resolved',
      'void',
    ]);
    expect(shares.some((s) => shareHalfOpen(s, at))).toBe(true);
    expect([...new Set((await every('refusal')).map((r) => r.clause))].sort()).toEqual([
      'GRANT_EXHAUSTED',
      'GRANT_EXPIRED',
      'GRANT_NOT_ACTIVE',
    ]);
  });

  test('promises kept, missed, and not due yet', async () => {
    const standings = await model.survey({}, async (survey) => {
      const found: string[] = [];
      for (const plan of await every('plan')) found.push(...(await progressOf(survey, plan)).map(({ standing }) => standing));
      return found;
    });
    // At the turn of a year those whose day fell in the other one are left out.
    expect([...new Set(standings)].sort()).toEqual(
      standings.length < 5 ? expect.arrayContaining(['kept', 'open']) : ['kept', 'missed', 'open'],
    );
  });

  test('data made of others’ data, one with its input revoked since', async () => {
    const derivations = await every('derivation');
    expect(derivations).toHaveLength(2);
    const inputs = derivations.flatMap((derivation) => derivation.inputs);
    const grants = await Promise.all(inputs.map(({ grant }) => model.get('grant', grant as string)));
    expect(grants.map((grant) => grant?.status).sort()).toEqual(['active', 'active', 'revoked']);
  });

  test('demands in every state, one with others who need the same; what is met is met by its receipt', async () => {
    const demands = await every('demand');
    expect([...new Set(demands.map((d) => demandStatus(d, at)))].sort()).toEqual(demandEffectiveStatus.options.toSorted());
    const met = demands.find((d) => d.status === 'fulfilled') as RecordOf<'demand'>;
    const share = await model.get('share', met.resolvedBy as string);
    expect(share).toMatchObject({ demand: met.id, consumer: met.by, status: 'acknowledged', updated: met.updated });
    expect((await every('joining')).length).toBeGreaterThan(1);
  });

  test('a dictionary in every state but retired, that elements are bound to, with findings of every kind but one', async () => {
    const dictionary = await every('data-element');
    expect(new Set(dictionary.map((element) => element.status))).toEqual(new Set(['adopted', 'proposed', 'returned']));
    expect(dictionary.filter(({ revision }) => revision !== undefined).map(({ id }) => id)).toEqual(['de-insurance-status']);
    const bound = (await every('asset')).flatMap(({ elements }) => elements.flatMap(({ dataElementId }) => dataElementId ?? []));
    const inForce = dictionary.filter(({ status }) => status === 'adopted').map(({ id }) => id);
    expect(inForce.toSorted()).toEqual([...new Set(bound)].sort());
    const { items } = await model.findings({}, { limit: 200 });
    expect([...new Set(items.map(({ kind }) => kind))].sort()).toEqual(['name-conflict', 'type-conflict', 'unbound']);
    const spoken = await model.list('asset', { q: '不动产单元' }, { limit: 200 });
    expect(spoken.items.length).toBeGreaterThanOrEqual(4);
  });

  test('rights claimed, confirmed, transferred, offered, contested; assets in every state, some overdue', async () => {
    const rights = await every('right');
    const contests = await every('contest');
    const states = new Set(rights.map((r) => rightStatus(r, contests, at)));
    for (const state of ['claimed', 'confirmed', 'transferred', 'contested'] as const) expect(states).toContain(state);
    expect(rights.some((r) => r.offeredTo)).toBe(true);
    const assets = await every('asset');
    expect([...new Set(assets.map((a) => a.status))].sort()).toEqual(['published', 'registered', 'retired', 'suspended']);
    expect((await every('department')).filter(({ formerNames }) => formerNames).map(({ id }) => id)).toEqual(['real-estate']);
    expect(assets.some((a) => assetOverdue(a, at))).toBe(true);
  });

  test('feedback at every turn, ratings, and disputes negotiated, late, closed and freezing; one conflict of authority, which was meant', async () => {
    const feedback = await every('feedback');
    expect([...new Set(feedback.map((f) => feedbackStatus(f, at)))].sort()).toEqual(
      ['accepted', 'confirmed', 'contested', 'escalated', 'raised', 'withdrawn'].sort(),
    );
    expect((await every('rating')).length).toBeGreaterThanOrEqual(5);
    const disputes = await every('dispute');
    expect(disputes.map((d) => `${d.subject.kind} ${disputeStatus(d, at)}`).sort()).toEqual(
      ['authority mediation', 'grant closed', 'grant negotiation', 'grant opened'].sort(),
    );
    const [conflict] = disputes.filter(({ subject }) => subject.kind === 'authority');
    expect([conflict?.claimant, conflict?.respondent]).toEqual(['tax', 'market-supervision']);
    expect(disputes.flatMap((d) => d.freezes)).toHaveLength(1);
  });
});
