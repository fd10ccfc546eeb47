import { callerFromCertificate } from '@drl/chaincode/certificate';
import { type Caller, resolveCaller } from '@drl/chaincode/model/caller';
import { type LedgerRecord, type RecordKind, type RecordOf, records } from '@drl/chaincode/model/records/index';
import { authorshipFault, type Related, relatedIds } from '@drl/chaincode/model/rules/authorship';
import { rightStands } from '@drl/chaincode/model/rules/derive';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
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
  sent,
  social,
  socialConsumer,
  tax,
  taxConsumer,
  zh,
} from './city';
import { TestLedger } from './harness';
import type { Person } from './people';

/** One write of one record, with what a reader of blocks knows of it. */
interface Change {
  readonly name: string;
  readonly previous: LedgerRecord | undefined;
  readonly next: LedgerRecord;
  readonly by: Person;
  readonly related: Related;
}

/** Keeps what a reader of blocks would see: each record before and after, and what stood beside it. */
class WatchedLedger extends TestLedger {
  readonly changes: Change[] = [];

  override async submit<N extends TransactionName>(name: N, input: TransactionInput<N>, by: Person, options = {}): Promise<LedgerRecord> {
    const before = this.fork();
    const answer = await super.submit(name, input, by, options);
    for (const kind of Object.keys(records) as RecordKind[])
      for (const next of this.all(kind)) {
        const previous = before.get(kind, next.id);
        if (previous?.version === next.version) continue;
        this.changes.push({ name, previous, next, by, related: relatedTo(before, this, previous, next) });
      }
    return answer;
  }
}

/** `after`: of a dispute that opens with a claim, the asset is written beside it. */
function relatedTo(before: TestLedger, after: TestLedger, previous: LedgerRecord | undefined, next: LedgerRecord): Related {
  const ids = relatedIds(previous, next);
  const contests = before.all('contest');
  const owner =
    ids.ownerOf &&
    before.all('right').find((r) => r.asset === ids.ownerOf && r.rightType === 'ownership' && rightStands(r, contests, next.updated.at));
  return {
    asset: ids.asset === undefined ? undefined : before.get('asset', ids.asset),
    grant: ids.grant === undefined ? undefined : before.get('grant', ids.grant),
    from: ids.from === undefined ? undefined : before.get('right', ids.from),
    owner: owner ? owner.holder : undefined,
    demand: ids.demand === undefined ? undefined : before.get('demand', ids.demand),
    share: ids.share === undefined ? undefined : before.get('share', ids.share),
    about: (ids.about ?? []).flatMap(({ kind, id }) => after.get(kind, id) ?? []),
  };
}

const everyone = { household, householdConsumer, social, socialConsumer, tax, taxConsumer, manager, auditor };
let ledger: WatchedLedger;
const callers = new Map<Person, Caller>();

function fault(change: Pick<Change, 'previous' | 'next' | 'related'>, by: Person) {
  return authorshipFault(change.next.kind as RecordKind, change.previous, change.next, callers.get(by) as Caller, change.related);
}

/** A story that has every act in it. */
beforeAll(async () => {
  const base = await city();
  ledger = new WatchedLedger(base.now);
  for (const [key, entry] of base.state) ledger.state.set(key, entry);
  for (const person of Object.values(everyone)) {
    const certified = callerFromCertificate(person.pem, person.mspId);
    const department = base.all('department').find(({ id, mspId }) => (certified.department ?? id) === id && mspId === person.mspId);
    callers.set(person, resolveCaller(certified, base.get('settings', 'settings'), department) as Caller);
  }
  const code = { id: 'DE00001', name: zh('人员编码'), definition: zh('编码'), type: 'string' } as const;
  const amend = { id: code.id, reason: zh('补充') };
  await ledger.submit('data-element:propose', code, tax);
  await ledger.submit('data-element:revise', { ...code, unit: '个' }, tax);
  await ledger.submit('data-element:return', amend, manager);
  await ledger.submit('data-element:propose', code, household);
  await ledger.submit('data-element:adopt', { id: code.id }, manager);
  await ledger.submit('data-element:revise', { ...code, aliases: ['编码'] }, household);
  await ledger.submit('data-element:return', amend, manager);
  await ledger.submit('data-element:revise', { ...code, aliases: ['人员代码'] }, household);
  await ledger.submit('data-element:adopt', { id: code.id }, manager);
  await ledger.submit('data-element:retire', { id: code.id, reason: zh('废止') }, manager);
  const asset = await published(ledger);
  await ledger.submit('asset:revise', { id: asset.id, changes: { theme: 'credit' } }, household);
  await ledger.submit('asset:suspend', { id: asset.id }, household);
  await ledger.submit('asset:resume', { id: asset.id }, household);
  const claim = (rightType: 'ownership' | 'use' | 'trading', by: Person) =>
    ledger.write('right', 'right:claim', { asset: asset.id, rightType, role: 'user', basis: zh('依据') }, by);
  const owned = await claim('ownership', household);
  await ledger.submit('right:contest', { id: owned.id, reason: zh('异议') }, tax);
  await ledger.submit('right:confirm', { id: owned.id }, manager);
  const use = await claim('use', social);
  await ledger.submit('right:confirm', { id: use.id }, household);
  await ledger.submit('right:decline', { id: (await claim('trading', tax)).id }, household);
  await ledger.submit('right:offer', { id: owned.id, to: 'tax' }, household);
  await ledger.submit('right:decline', { id: owned.id }, tax);
  await ledger.submit('right:offer', { id: owned.id, to: 'tax' }, household);
  await ledger.submit('right:accept', { id: owned.id }, tax);
  const contest = await ledger.write('contest', 'right:contest', { id: use.id, reason: zh('异议') }, household);
  await ledger.submit('right:decline', { id: use.id }, manager, { contest });

  const grant = await ledger.write('grant', 'grant:request', { ...ask(asset.id), constraints: { maxCount: 5 } }, socialConsumer);
  await ledger.submit('grant:return', { id: grant.id, reason: zh('补充') }, household);
  await ledger.submit('grant:resubmit', { id: grant.id, legalBasis: zh('补充后的依据') }, socialConsumer);
  await ledger.submit('grant:approve', { id: grant.id, constraints: { maxCount: 4 } }, household);
  const terms = async (by: Person, amount: string) => {
    const { termsHash, transient } = confidential({ price: { amount, currency: 'CNY' } });
    await ledger.submit('terms:write', { grant: grant.id, termsHash }, by, { transient });
    await ledger.submit('grant:offerTerms', { id: grant.id, termsHash }, by);
    return { id: grant.id, termsHash };
  };
  await terms(socialConsumer, '5');
  await ledger.submit('grant:declineTerms', await terms(household, '9'), socialConsumer);
  await ledger.submit('grant:declineTerms', await terms(socialConsumer, '7'), socialConsumer);
  await ledger.submit('grant:acceptTerms', await terms(household, '8'), socialConsumer);
  await ledger.submit('grant:acceptTerms', await terms(socialConsumer, '8.5'), household);
  const planned = (name: string, dueAt: string) => ({ name, kind: 'collect' as const, title: zh('归集'), dueAt });
  const due = planned('1', '2026-03-10T00:00:00Z');
  const plan = await ledger.write('plan', 'plan:make', { year: 2026, items: [due] }, household);
  await ledger.submit('plan:revise', { id: plan.id, items: [due, planned('2', '2026-06-01T00:00:00Z')] }, household);
  await ledger.submit('grant:withdraw', { id: (await ledger.write('grant', 'grant:request', ask(asset.id), taxConsumer)).id }, taxConsumer);
  const share = await ledger.write('share', 'share:commit', sent(grant.id), household);
  await ledger.submit('share:acknowledge', { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer);
  const asking = { grant: grant.id, purpose: 'dpv:IdentityVerification', elements: ['name'], seconds: 60 };
  await ledger.submit('ticket:issue', asking, socialConsumer);
  const wrong = await ledger.write('share', 'share:commit', sent(grant.id), household);
  await ledger.submit('share:acknowledge', { id: wrong.id, payloadHash: SHA('b'), hashAlgorithm: 'sha-256' }, socialConsumer);
  await ledger.submit('share:resolve', { id: wrong.id, resolution: zh('重发') }, socialConsumer);
  const use4 = { grant: grant.id, purpose: 'dpv:IdentityVerification', elements: ['name'], rows: 3 };
  const opened = await ledger.write('share', 'share:open', use4, household);
  await ledger.submit('share:commit', sent(grant.id, { share: opened.id, rows: 3 }), household);
  await ledger.submit('share:void', { id: (await ledger.write('share', 'share:open', use4, household)).id, reason: zh('中断') }, household);
  await ledger.submit('share:commit', sent(grant.id), household);
  await ledger.submit('grant:suspend', { id: grant.id, reason: zh('停') }, household);
  await ledger.submit('grant:resume', { id: grant.id }, household);
  await ledger.submit('grant:revoke', { id: grant.id, reason: zh('撤') }, household);
  const late = await ledger.write('grant', 'grant:request', ask(asset.id), socialConsumer);
  ledger.now = new Date('2026-03-20T02:00:00Z');
  await ledger.submit('grant:approve', { id: late.id }, manager);
  const { shareCondition: _condition, ...open } = population;
  const free = await ledger.write('asset', 'asset:register', { ...open, shareType: 'unconditional' }, household);
  await ledger.submit('asset:publish', { id: free.id }, household);
  await granted(ledger, {}, free.id);
  await demands(free.id);
  await complaints(asset.id, grant.id, share.id);
  const made = { asset: free.id, inputs: [{ asset: asset.id }], activity: zh('汇总') };
  await ledger.submit('derivation:record', made, household);
  await ledger.submit('derivation:record', made, household);
  await ledger.submit('audit:record', { action: 'trace', queryHash: SHA('b'), resultCount: 1, asOfBlock: 1, outcome: 'answered' }, auditor);
});

async function demands(asset: string): Promise<void> {
  const need = { purpose: 'dpv:IdentityVerification', legalBasis: zh('依据'), neededBy: '2026-06-01T00:00:00Z' };
  const wanted = { want: zh('姓名'), elements: [{ name: 'name' }], ...need };
  const file = async () => (await ledger.write('demand', 'demand:file', wanted, socialConsumer)).id;
  const delivered = async (demand: string | undefined, by: Person) => {
    const grant = await ledger.write('grant', 'grant:request', { ...ask(asset), ...(demand ? { demand } : {}) }, by);
    const { id } = await ledger.write('share', 'share:commit', sent(grant.id), household);
    await ledger.submit('share:acknowledge', { id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, by);
    return id;
  };
  const first = await file();
  await ledger.submit('demand:reject', { id: first, reason: zh('无') }, manager);
  await ledger.submit('demand:match', { id: first, asset }, household);
  await ledger.submit('demand:match', { id: first, asset }, manager);
  await ledger.submit('demand:reject', { id: first, reason: zh('无') }, household);
  const joined = await ledger.write('joining', 'demand:join', { id: first, ...need }, taxConsumer);
  await ledger.submit('joining:withdraw', { id: joined.id }, taxConsumer);
  await ledger.submit('demand:join', { id: first, ...need }, taxConsumer);
  await delivered(first, taxConsumer);
  await delivered(first, socialConsumer);
  const second = await file();
  await ledger.submit('demand:match', { id: second, asset }, manager);
  const { id: third } = await ledger.write('joining', 'demand:join', { id: second, ...need }, taxConsumer);
  await ledger.submit('joining:fulfil', { id: third, share: await delivered(undefined, taxConsumer) }, taxConsumer);
  await ledger.submit('demand:fulfil', { id: second, share: await delivered(undefined, socialConsumer) }, socialConsumer);
  await ledger.submit('demand:withdraw', { id: await file() }, socialConsumer);
}

/** Ratings, feedback and disputes, every act of theirs. */
async function complaints(asset: string, grant: string, share: string): Promise<void> {
  await ledger.submit('rating:give', { share, score: 4 }, socialConsumer);
  const reason = zh('说明');
  const raised = async () => {
    const input = { asset, dimension: 'stale', severity: 'minor', description: zh('未更新') } as const;
    return (await ledger.write('feedback', 'feedback:raise', input, social)).id;
  };
  const id = await raised();
  for (const verb of ['contest', 'accept', 'fix'] as const) await ledger.submit(`feedback:${verb}`, { id, reason }, household);
  await ledger.submit('feedback:reopen', { id, reason }, social);
  await ledger.submit('feedback:fix', { id, reason }, household);
  await ledger.submit('feedback:confirm', { id, reason }, social);
  await ledger.submit('feedback:withdraw', { id: await raised() }, social);
  const late = await Promise.all([raised(), raised()]);

  const opened = async (freeze: boolean) =>
    (await ledger.write('dispute', 'dispute:open', { subject: { kind: 'grant', id: grant }, claim: zh('主张'), freeze }, socialConsumer))
      .id;
  const dispute = await opened(true);
  const evidence = [{ hash: SHA('d'), note: zh('记录') }];
  await ledger.submit('dispute:answer', { id: dispute, text: zh('答辩') }, household);
  await ledger.submit('dispute:submit', { id: dispute, evidence }, socialConsumer);
  const items = [{ kind: 'grant' as const, id: grant }];
  await ledger.submit('dispute:release', { id: dispute, items }, socialConsumer);
  await ledger.submit('dispute:freeze', { id: dispute, items }, manager);
  await ledger.submit('dispute:escalate', { id: dispute }, household);
  await ledger.submit('dispute:decide', { id: dispute, outcome: 'upheld', ruling: zh('裁决') }, manager);
  await ledger.submit('dispute:close', { id: dispute }, socialConsumer);
  await ledger.submit('dispute:close', { id: await opened(false), reason }, socialConsumer);
  const slow = await opened(false);

  for (const [by, elements] of [
    [household, ['DE01', 'DE02']],
    [tax, ['DE01', 'DE02']],
  ] as const)
    await published(ledger, { authoritativeFor: [...elements] }, by);
  ledger.now = new Date('2026-04-10T02:00:00Z');
  await ledger.submit('feedback:decide', { id: late[0] as string, outcome: 'accepted', reason }, manager);
  await ledger.submit('feedback:decide', { id: late[1] as string, outcome: 'dismissed', reason }, manager);
  await ledger.submit('dispute:decide', { id: slow, outcome: 'dismissed', ruling: zh('裁决') }, manager);
  await ledger.submit('dispute:close', { id: slow }, manager);
  const conflict = ledger.all('dispute').find(({ subject }) => subject.kind === 'authority');
  await ledger.submit('dispute:decide', { id: conflict?.id ?? '', authoritative: conflict?.assets[0], ruling: zh('裁决') }, manager);
}

test('whatever the contracts wrote is its author’s, as a reader of blocks judges it', () => {
  expect(ledger.changes.length).toBeGreaterThanOrEqual(60);
  expect(ledger.changes.map((change) => [change.name, change.next.kind, fault(change, change.by)])).toEqual(
    ledger.changes.map((change) => [change.name, change.next.kind, undefined]),
  );
});

test('and nobody else’s: the same change by another creator is a fault', () => {
  for (const change of ledger.changes)
    for (const other of Object.values(everyone)) if (other !== change.by) expect(fault(change, other)).toBeDefined();
});

/** Acts that two may do: mismatch and late request are the manager's too, a claim is taken back by its claimant, an offer by who made it, a demand is put to an asset, and rejected, by its owner or the manager; terms are either side's to offer. */
const alternatives = [
  ...['share:resolve data-bureau', 'right:decline tax', 'right:decline household', 'grant:approve household'],
  ...['demand:match household', 'demand:match data-bureau', 'demand:reject household', 'demand:reject data-bureau'],
  ...['household', 'social-insurance'].flatMap((side) => [`grant:offerTerms ${side}`, `grant:declineTerms ${side}`]),
  // Either side speaks, goes on to mediation or closes what has gone; the claimant and the manager release, and close what is decided.
  ...['household', 'social-insurance'].flatMap((side) => [`dispute:submit ${side}`, `dispute:escalate ${side}`]),
  ...['social-insurance', 'data-bureau'].flatMap((side) => [`dispute:release ${side}`, `dispute:close ${side}`]),
];

test('a forger who also writes its own name into the stamps is a fault still, unless its word counts for that very act', () => {
  for (const change of ledger.changes)
    for (const other of Object.values(everyone)) {
      const caller = callers.get(other) as Caller;
      if (caller.department === change.next.updated.department) continue;
      const stamp = { ...change.next.updated, department: caller.department, mspId: caller.mspId, name: caller.name };
      const forged = JSON.parse(JSON.stringify(change.next).replaceAll(JSON.stringify(change.next.updated), JSON.stringify(stamp)));
      const said = authorshipFault(forged.kind as RecordKind, change.previous, forged, caller, change.related);
      if (said === undefined) expect(alternatives).toContain(`${change.name} ${caller.department}`);
    }
});

test('a field moved along with a change that may not move it, or history rewritten, is a fault', () => {
  const field = fc.constantFrom(
    'publisher',
    'holder',
    'assigner',
    'assignee',
    'provider',
    'consumer',
    'asset',
    'grant',
    'created',
    'id',
    'version',
    'by',
    'right',
    'payloadHash',
    'useNumber',
    'edition',
  );
  fc.assert(
    fc.property(fc.nat(), field, (which, name) => {
      const changes = ledger.changes.filter(
        ({ previous, next }) => previous !== undefined && name in next && !(name === 'payloadHash' && next.status === 'committed'),
      );
      fc.pre(changes.length > 0);
      const change = changes[which % changes.length] as Change;
      const was = (change.next as unknown as Record<string, unknown>)[name];
      const other =
        typeof was === 'number' ? was + 1 : typeof was === 'string' ? `x${was.slice(1)}y` : { ...(was as object), name: 'forger' };
      expect(fault({ ...change, next: { ...change.next, [name]: other } as LedgerRecord }, change.by)).toBeDefined();
    }),
    { numRuns: 300 },
  );
});

describe('the forgeries that Fabric takes when the manager’s peer and one department’s are tampered', () => {
  const last = <K extends RecordKind>(kind: K, status: string) =>
    ledger.changes.findLast(({ next }) => next.kind === kind && next.status === status) as Change & {
      next: RecordOf<K>;
      previous?: RecordOf<K>;
    };
  const as = (person: Person, record: LedgerRecord): LedgerRecord => {
    const { department, mspId, name } = callers.get(person) as Caller;
    const stamp = { ...record.updated, department, mspId, name };
    return { ...record, version: 1, created: stamp, updated: stamp } as LedgerRecord;
  };

  test('another’s asset', () => {
    expect(
      fault({ previous: undefined, next: as(tax, { ...last('asset', 'registered').next, publisher: 'household' }), related: {} }, tax),
    ).toBe('NOT_YOURS');
  });

  test('a derivation of another’s asset, one that stands beside a mark that is there, and a mark that no derivation stands behind', () => {
    const [told] = ledger.changes.filter(({ next }) => next.kind === 'derivation') as [Change];
    const next = as(tax, { ...told.next, publisher: 'tax' } as LedgerRecord);
    expect(fault({ ...told, next }, tax)).toBe('NOT_YOURS');
    const latest = ledger.get('asset', (told.next as RecordOf<'derivation'>).asset);
    expect(fault({ ...told, related: { asset: latest } }, household)).toBe('NOT_YOURS');
    const marked = ledger.changes.findLast(({ name, next }) => name === 'derivation:record' && next.kind === 'asset') as Change;
    const derived = { derivation: 'drv-another', shareType: 'unconditional' };
    expect(fault({ ...marked, next: { ...marked.next, derived } as LedgerRecord }, household)).toBe('NOT_YOURS');
    const { derived: _mark, ...unmarked } = marked.next as RecordOf<'asset'>;
    expect(fault({ ...marked, next: unmarked }, household)).toBe('NOT_YOURS');
    const revised = { ...unmarked, title: { en: 'Another' } };
    expect(fault({ ...marked, next: revised }, household)).toBe('STATE_FORBIDS');
  });

  test('a grant of derived data that the consumer gives itself', () => {
    const asset = ledger.all('asset').find(({ derived }) => derived !== undefined) as RecordOf<'asset'>;
    const { decided: _decided, dueAt: _due, reason: _reason, ...forged } = last('grant', 'active').next;
    const next = as(taxConsumer, { ...forged, asset: asset.id, assignee: 'tax', elements: ['name'] } as LedgerRecord);
    expect(fault({ previous: undefined, next, related: { asset } }, taxConsumer)).toBe('NOT_YOURS');
    const { derived: _mark, ...plain } = asset;
    expect(fault({ previous: undefined, next, related: { asset: plain } }, taxConsumer)).toBeUndefined();
  });

  test('a grant that the consumer gives itself', () => {
    const asset = ledger.all('asset').find(({ shareType }) => shareType === 'conditional');
    const { decided: _decided, dueAt: _due, reason: _reason, ...forged } = last('grant', 'active').next;
    const next = as(taxConsumer, { ...forged, asset: asset?.id ?? '', assignee: 'tax' } as LedgerRecord);
    expect(fault({ previous: undefined, next, related: { asset } }, taxConsumer)).toBe('NOT_YOURS');
    expect(fault({ previous: undefined, next, related: {} }, taxConsumer)).toBe('NOT_YOURS');
  });

  test('a grant as if its provider had decided', () => {
    const real = last('grant', 'active').next;
    const next = as(taxConsumer, { ...real, assignee: 'tax', decided: real.updated } as LedgerRecord);
    expect(fault({ previous: undefined, next, related: {} }, taxConsumer)).toBeDefined();
  });

  test('terms agreed by the side that offered them, to another commitment, or without an offer', () => {
    const accepted = ledger.changes.find(({ name, by }) => name === 'grant:acceptTerms' && by === socialConsumer) as Change;
    const { previous, next } = accepted as { previous: RecordOf<'grant'>; next: RecordOf<'grant'> };
    const grant = (changes: Partial<RecordOf<'grant'>>) => ({ ...next, ...changes }) as LedgerRecord;
    const own = (person: Person): RecordOf<'grant'>['updated'] => {
      const { department, mspId, name } = callers.get(person) as Caller;
      return { ...next.updated, department, mspId, name };
    };
    const agreed = next.termsAgreed as NonNullable<typeof next.termsAgreed>;
    const self = grant({ updated: own(household), termsAgreed: { ...agreed, accepted: own(household) } });
    expect(fault({ ...accepted, next: self }, household)).toBe('NOT_YOURS');
    expect(fault({ ...accepted, next: grant({ termsHash: SHA('c') }) }, socialConsumer)).toBe('NOT_YOURS');
    const { termsOffer: _offer, ...before } = previous;
    expect(fault({ ...accepted, previous: before }, socialConsumer)).toBe('NOT_YOURS');
    expect(
      fault({ ...accepted, next: grant({ termsAgreed: { offered: agreed.accepted, accepted: agreed.accepted } }) }, socialConsumer),
    ).toBe('NOT_YOURS');
    const swapped = { ...(previous.termsOffer as NonNullable<typeof previous.termsOffer>), termsHash: SHA('c') };
    const { termsAgreed: _agreed, termsHash: _hash, ...open } = next;
    expect(fault({ ...accepted, next: { ...open, termsOffer: swapped } as LedgerRecord }, socialConsumer)).toBe('NOT_YOURS');
  });

  test('an ownership that no offer stands behind', () => {
    const real = last('right', 'confirmed').next;
    const next = as(social, { ...real, holder: 'social-insurance', transferredFrom: 'rgt-none' } as LedgerRecord);
    expect(fault({ previous: undefined, next, related: {} }, social)).toBeDefined();
    expect(fault({ previous: undefined, next, related: { from: ledger.all('right')[0] } }, social)).toBeDefined();
  });

  describe('in disputes', () => {
    type Disputed = Change & { readonly next: RecordOf<'dispute'>; readonly previous: RecordOf<'dispute'> };
    const step = (name: string) => ledger.changes.find((change) => change.name === name && change.next.kind === 'dispute') as Disputed;
    const forged = (change: Disputed, changes: Partial<RecordOf<'dispute'>>) =>
      fault({ ...change, next: { ...change.next, ...changes } }, change.by);

    test('the other side’s words changed, taken away or put into its mouth', () => {
      const change = step('dispute:submit');
      const [theirs, ours] = change.next.statements as [
        RecordOf<'dispute'>['statements'][number],
        RecordOf<'dispute'>['statements'][number],
      ];
      expect([theirs.stamp.department, ours.stamp.department]).toEqual(['household', 'social-insurance']);
      expect(forged(change, {})).toBeUndefined();
      for (const statements of [
        [{ ...theirs, text: zh('承认') }, ours],
        [ours],
        [ours, theirs],
        [theirs, ours, ours],
        [theirs, { ...ours, stamp: theirs.stamp }],
        [theirs],
      ])
        expect(forged(change, { statements })).toBe('NOT_YOURS');
      expect(forged(change, { claim: zh('改口') })).toBe('STATE_FORBIDS');
    });

    test('one that its subject does not warrant, or that freezes another’s grant', () => {
      const change = step('dispute:open');
      expect(forged(change, { respondent: 'tax' })).toBe('NOT_YOURS');
      expect(forged(change, { assets: ['ast-other'] })).toBe('NOT_YOURS');
      expect(forged(change, { freezes: [{ kind: 'grant', id: 'grn-other' }] })).toBe('NOT_YOURS');
      expect(forged(change, { freezes: [...change.next.freezes, { kind: 'right', id: 'rgt-other' }] })).toBe('NOT_YOURS');
      expect(fault({ ...change, related: {} }, change.by)).toBe('NOT_YOURS');
    });

    test('a conflict of authority where one of the two claims nothing, or that names another’s asset as one’s own', () => {
      const change = step('asset:register');
      const [own, rival] = change.related.about as [RecordOf<'asset'>, RecordOf<'asset'>];
      const about = (a: Partial<RecordOf<'asset'>>, b: Partial<RecordOf<'asset'>>) =>
        fault(
          {
            ...change,
            related: {
              about: [
                { ...own, ...a },
                { ...rival, ...b },
              ],
            },
          },
          change.by,
        );
      expect(about({}, {})).toBeUndefined();
      expect(about({}, { authoritativeFor: [] })).toBe('NOT_YOURS');
      expect(about({}, { status: 'retired' })).toBe('NOT_YOURS');
      expect(about({ authoritativeFor: ['DE77'] }, {})).toBe('NOT_YOURS');
      expect(about({ publisher: 'household' }, { publisher: 'tax' })).toBe('NOT_YOURS');
      expect(about({}, { publisher: 'social-insurance' })).toBe('NOT_YOURS');
      expect(fault({ ...change, related: { about: [rival] } }, change.by)).toBe('NOT_YOURS');
    });

    test('a ruling before its time, by a side, or one whose outcome is not what the asset named makes it', () => {
      const change = ledger.changes.findLast(({ name }) => name === 'dispute:decide') as Disputed;
      expect([change.previous.status, change.next.outcome]).toEqual(['opened', 'upheld']);
      expect(forged(change, { outcome: 'dismissed' })).toBe('NOT_YOURS');
      expect(forged(change, { authoritative: 'ast-other' })).toBe('NOT_YOURS');
      const early = { ...change.previous, dueAt: '2026-12-01T00:00:00.000Z' };
      expect(fault({ ...change, previous: early, next: { ...change.next, dueAt: early.dueAt } }, change.by)).toBe('NOT_YOURS');
    });

    test('a rating of a share that was not acknowledged, or was another’s', () => {
      const change = ledger.changes.find(({ name }) => name === 'rating:give') as Change & { next: RecordOf<'rating'> };
      const { share } = change.related;
      expect(fault({ ...change, related: { share } }, change.by)).toBeUndefined();
      for (const changes of [{ status: 'committed' as const }, { consumer: 'tax' }, { grant: 'grn-other' }, { id: 'shr-other' }])
        expect(fault({ ...change, related: { share: { ...share, ...changes } as RecordOf<'share'> } }, change.by)).toBe('NOT_YOURS');
    });
  });

  test('an acknowledgement by the provider, and one that says equal where the digests differ', () => {
    const acknowledged = last('share', 'acknowledged');
    expect(fault(acknowledged, household)).toBe('NOT_YOURS');
    const other = { ...acknowledged.next.consumerCommitment, payloadHash: SHA('c') } as RecordOf<'share'>['consumerCommitment'];
    expect(fault({ ...acknowledged, next: { ...acknowledged.next, consumerCommitment: other } as LedgerRecord }, socialConsumer)).toBe(
      'NOT_YOURS',
    );
  });

  test('a share, and a refusal, under a grant of others', () => {
    const grant = ledger.all('grant')[0] as RecordOf<'grant'>;
    const share = as(tax, { ...last('share', 'committed').next, provider: 'tax', grant: grant.id } as LedgerRecord);
    expect(fault({ previous: undefined, next: share, related: { grant } }, tax)).toBeDefined();
    const refusal = as(tax, { ...last('refusal', 'refused').next, provider: 'tax' } as LedgerRecord);
    expect(fault({ previous: undefined, next: refusal, related: { grant } }, tax)).toBe('NOT_YOURS');
  });

  test('the manager’s decision before the provider’s time has passed', () => {
    const late = ledger.changes.find(({ name, by }) => name === 'grant:approve' && by === manager) as Change;
    const early = { ...late.next.updated, at: '2026-03-03T00:00:00.000Z' };
    const next = { ...late.next, updated: early, decided: early } as LedgerRecord;
    expect(fault({ ...late, next }, manager)).toBe('NOT_YOURS');
  });

  test('an approval wider than what was asked', () => {
    const approved = ledger.changes.find(({ name, by }) => name === 'grant:approve' && by === household) as Change;
    expect(fault({ ...approved, next: { ...approved.next, constraints: { maxCount: 6 } } as LedgerRecord }, household)).toBe('NOT_YOURS');
  });

  test('a data element adopted by its own department, in another body than was asked for, or taken from who keeps it', () => {
    const adopted = last('data-element', 'adopted');
    expect(fault(adopted, household)).toBe('NOT_YOURS');
    for (const changes of [{ type: 'integer' }, { edition: 3 }, { aliases: ['别的'] }])
      expect(fault({ ...adopted, next: { ...adopted.next, ...changes } as LedgerRecord }, manager)).toBe('NOT_YOURS');
    const asked = ledger.changes.find(({ name, previous }) => name === 'data-element:revise' && previous?.status === 'adopted') as Change;
    expect(fault({ ...asked, next: { ...asked.next, owner: 'tax', updated: asked.next.updated } as LedgerRecord }, tax)).toBeDefined();
    const revision = { ...(asked.next as RecordOf<'data-element'>).revision, status: 'returned' };
    expect(fault({ ...asked, next: { ...asked.next, revision } as LedgerRecord }, household)).toBe('NOT_YOURS');
  });

  test('a plan of another department, under another id, or without what has fallen due', () => {
    const made = ledger.changes.find(({ name }) => name === 'plan:make') as Change & { next: RecordOf<'plan'> };
    expect(fault({ ...made, next: { ...made.next, id: 'pln-household-2026-2' } }, household)).toBe('NOT_YOURS');
    expect(fault({ previous: undefined, next: as(social, made.next), related: {} }, social)).toBe('NOT_YOURS');
    const revised = ledger.changes.find(({ name }) => name === 'plan:revise') as Change & { next: RecordOf<'plan'> };
    const items = revised.next.items.slice(1);
    expect(fault({ ...revised, next: { ...revised.next, items } }, household)).toBeUndefined();
    const late = { ...revised.next.updated, at: '2026-03-11T00:00:00.000Z' };
    expect(fault({ ...revised, next: { ...revised.next, items, updated: late } }, household)).toBe('NOT_YOURS');
  });

  test('a ruling by one of the contest’s parties, and an auditor’s look by nobody', () => {
    expect(fault(last('contest', 'upheld'), household)).toBe('NOT_YOURS');
    expect(fault({ previous: undefined, next: as(household, last('audit-query', 'recorded').next), related: {} }, household)).toBe(
      'NOT_YOURS',
    );
  });
});
