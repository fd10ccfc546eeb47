import { recordKey } from '@drl/chaincode/model/keys';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { authorityClash } from '@drl/chaincode/model/rules/derive';
import type { TrailEntry } from '@drl/gateway/readmodel/readmodel';
import type { Person, RawWrite } from '../../scripts/bench/blocks';
import { founded } from './source';
import {
  asset,
  auditor,
  changed,
  conflict,
  contest,
  demand,
  derivation,
  dispute,
  feedback,
  grant,
  household,
  joining,
  manager,
  parties,
  plan,
  promise,
  refusal,
  right,
  share,
  social,
  stranger,
  tax,
} from './world';

/**
 * Random histories, and beside each what a plain reader would remember of it: every version of every record with its block, and every act.
 * Whether a write counts is known here because it was made honest or forged, not by asking the rules.
 */
export interface Step {
  readonly op: number;
  readonly pick: number;
  readonly actor: number;
  readonly flaw: number;
  /** Milliseconds since the step before: now and then a little back, as clients' clocks differ. */
  readonly wait: number;
  /** The block ends after this step. */
  readonly seal: boolean;
}

export interface Remembered {
  readonly record: LedgerRecord;
  readonly block: number;
  /** Time, block, transaction and write of this version. */
  readonly place: readonly number[];
}

interface Act {
  readonly by: Person;
  readonly action: string;
  readonly make: (stamp: Stamp) => LedgerRecord[];
}

export class History {
  readonly ledger = founded();
  readonly versions = new Map<string, Remembered[]>();
  /** Newest last, with what decides the order. */
  readonly acts: { readonly entry: Omit<TrailEntry, 'at' | 'transactionId'>; readonly filed: number; readonly place: readonly number[] }[] =
    [];
  /** The ledger's time after each block. */
  readonly times: number[] = [];
  #pending: { by: Person; at: number; action: string; code: number; writes: (stamp: Stamp) => (LedgerRecord | RawWrite)[] }[] = [];
  #n = 0;

  constructor(steps: readonly Step[]) {
    this.#remember();
    for (const step of steps) {
      this.#take(step);
      if (step.seal) this.#seal();
    }
    this.#seal();
  }

  get last(): number {
    return this.ledger.blocks.length - 1;
  }

  /** Records as they stood after a block, newest first. */
  of<K extends RecordKind>(kind: K, asOf: number): RecordOf<K>[] {
    const known = [...this.versions.values()].map((all) => all.filter(({ record, block }) => record.kind === kind && block <= asOf));
    const standing = known.filter((all) => all.length > 0).sort(([a], [b]) => newestFirst(a as Remembered, b as Remembered));
    return standing.map((all) => all.at(-1)?.record as RecordOf<K>);
  }

  /** What the honest founding wrote. */
  #remember(): void {
    for (let block = 0; block < this.ledger.blocks.length; block++) this.times.push(0);
  }

  #take({ op, pick, actor, flaw, wait }: Step): void {
    const act = this.#act(op, pick, parties[actor % parties.length] as Person);
    if (act === undefined) return;
    this.ledger.now = Math.max(this.ledger.now + wait, 1);
    const at = this.ledger.now;
    const block = this.ledger.blocks.length;
    const tx = this.#pending.length;
    const flawed = FLAWS[flaw % (FLAWS.length * 2)];
    const by = flawed?.by?.(act.by) ?? act.by;
    let made: LedgerRecord[] = [];
    const stamp = { at: new Date(at).toISOString(), transactionId: '', department: by.department, mspId: by.mspId, name: by.name };
    const honest = act.make(stamp);
    this.#pending.push({
      by,
      at,
      action: act.action,
      code: flawed?.code ?? 0,
      writes: (real) => {
        made = act.make(real);
        if (flawed === undefined) for (const record of made) this.#replace(record);
        return flawed?.write ? made.map((record) => flawed.write?.(record) as LedgerRecord | RawWrite) : made;
      },
    });
    // Writes of a transaction are in the order of their keys on the block.
    const ordered = [...honest].sort((a, b) => Buffer.compare(Buffer.from(recordKey(a.kind, a.id)), Buffer.from(recordKey(b.kind, b.id))));
    const before = this.acts.reduce(
      (time, { entry, filed }) => (entry.outcome === 'done' || entry.outcome === 'refused' ? Math.max(time, filed) : time),
      this.founded,
    );
    ordered.forEach((record, i) => {
      const failed = flawed === undefined ? undefined : ({ outcome: flawed.code ? 'invalid' : 'ignored', clause: flawed.clause } as const);
      const outcome = failed?.outcome ?? (record.kind === 'refusal' ? 'refused' : 'done');
      const clause = failed?.clause ?? (record.kind === 'refusal' ? record.clause : undefined);
      if (!failed) this.#keep({ record, block, place: [at, block, tx, i] });
      const known = flawed?.unreadable ? aboutKey(record) : about(record);
      this.acts.push({
        entry: {
          block,
          actor: { name: by.name, mspId: by.mspId },
          department: by.department,
          action: act.action,
          subject: { kind: record.kind, id: record.id, version: flawed?.version?.(record) ?? record.version },
          ...known,
          ...(failed ? {} : toldOf(record, by.department)),
          outcome,
          ...(clause === undefined ? {} : { clause }),
        },
        filed: failed ? before : at,
        place: [failed ? before : at, block, tx, i],
      });
    });
  }

  /** Time of the last founding transaction. */
  readonly founded = this.ledger.now;

  #keep(held: Remembered): void {
    const key = `${held.record.kind} ${held.record.id}`;
    this.versions.set(key, [...(this.versions.get(key) ?? []), held]);
  }

  /** The same record with its transaction's id, which is known only once the transaction is built. */
  #replace(record: LedgerRecord): void {
    const all = this.versions.get(`${record.kind} ${record.id}`) ?? [];
    const i = all.findIndex((held) => held.record.version === record.version);
    all[i] = { ...(all[i] as Remembered), record };
  }

  #seal(): void {
    if (this.#pending.length === 0) return;
    this.ledger.add(this.ledger.chain.block(this.#pending));
    this.#pending = [];
    const done = this.acts.filter(({ entry }) => entry.outcome === 'done' || entry.outcome === 'refused').map(({ filed }) => filed);
    this.times.push(Math.max(this.founded, ...done));
  }

  #one<K extends RecordKind>(kind: K, pick: number, wanted: (record: RecordOf<K>) => boolean): RecordOf<K> | undefined {
    const found = this.of(kind, Number.POSITIVE_INFINITY).filter(wanted);
    return found[pick % Math.max(found.length, 1)];
  }

  /** What somebody entitled to it could do next, or nothing. */
  #act(op: number, pick: number, actor: Person): Act | undefined {
    const id = (prefix: string) => `${prefix}-${this.#n}`;
    const person = (department: string) => [manager, household, social, tax, auditor].find((p) => p.department === department) as Person;
    const fresh = (action: string, by: Person, make: (stamp: Stamp) => LedgerRecord): Act => {
      this.#n++;
      return { by, action, make: (stamp) => [make(stamp)] };
    };
    const change = <R extends LedgerRecord>(
      record: R | undefined,
      action: string,
      by: (r: R) => string,
      changes: (stamp: Stamp, r: R) => Partial<R>,
    ): Act | undefined =>
      record && { by: person(by(record)), action, make: (stamp) => [changed(this.#latest(record), stamp, changes(stamp, record))] };
    switch (op % 26) {
      case 0: {
        const key = id('ast');
        return fresh('asset:register', actor, (s) => asset(key, s, VARIANTS[pick % VARIANTS.length]));
      }
      case 1:
        return change(
          this.#one('asset', pick, (a) => a.status === 'registered'),
          'asset:publish',
          (a) => a.publisher,
          () => ({ status: 'published' }),
        );
      case 2:
        return change(
          this.#one('asset', pick, (a) => a.status !== 'retired'),
          'asset:revise',
          (a) => a.publisher,
          () => ({ ...VARIANTS[(pick + 1) % VARIANTS.length] }),
        );
      case 3:
        return change(
          this.#one('asset', pick, (a) => a.status === 'published'),
          'asset:suspend',
          (a) => a.publisher,
          () => ({ status: 'suspended', reason: { en: 'why' } }),
        );
      case 4:
        return change(
          this.#one('asset', pick, (a) => a.status === 'suspended'),
          'asset:resume',
          (a) => a.publisher,
          () => ({ status: pick % 2 ? 'published' : 'retired' }),
        );
      case 5: {
        const of = this.#one('asset', pick, () => true);
        const key = id('rgt');
        return of && fresh('right:claim', actor, (s) => right(key, of.id, s, { rightType: pick % 3 ? 'ownership' : 'use' }));
      }
      case 6: {
        const claimed = this.#one(
          'right',
          pick,
          (r) =>
            r.status === 'claimed' &&
            !this.#upheld().includes(r.id) &&
            (r.rightType === 'ownership') === (this.#owner(r.asset) === undefined),
        );
        return change(
          claimed,
          'right:confirm',
          (r) => (r.rightType === 'ownership' ? 'data-bureau' : (this.#owner(r.asset) as string)),
          (stamp) => ({ status: 'confirmed', confirmed: stamp }),
        );
      }
      case 7: {
        const of = this.#one('right', pick, (r) => r.status === 'claimed' || r.status === 'confirmed');
        const key = id('cts');
        return of && fresh('right:contest', actor, (s) => contest(key, of, s));
      }
      case 8:
        return change(
          this.#one('contest', pick, (c) => c.status === 'open'),
          'right:confirm',
          () => 'data-bureau',
          () => ({ status: pick % 2 ? 'dismissed' : 'upheld', ruling: { en: 'so' } }),
        );
      case 9: {
        const offered = this.#one(
          'right',
          pick,
          (r) => r.status === 'confirmed' && r.offeredTo !== undefined && r.offeredTo !== r.holder && !this.#upheld().includes(r.id),
        );
        if (!offered || pick % 2) {
          const held = this.#one('right', pick, (r) => r.status === 'confirmed' && r.holder !== actor.department);
          return change(
            held,
            'right:offer',
            (r) => r.holder,
            () => ({ offeredTo: actor.department }),
          );
        }
        return this.#transfer(offered, person(offered.offeredTo as string));
      }
      case 10: {
        const of = this.#one('asset', pick, (a) => a.publisher !== actor.department);
        const key = id('grn');
        const dueAt = new Date(this.ledger.now + DAY).toISOString();
        return (
          of &&
          fresh('grant:request', actor, (s) =>
            grant(key, of, s, { dueAt, constraints: CONSTRAINTS[pick % CONSTRAINTS.length]?.(this.ledger.now) ?? {} }),
          )
        );
      }
      case 11:
        return change(
          this.#one('grant', pick, (g) => g.status === 'requested'),
          'grant:approve',
          (g) => g.assigner,
          (stamp) => ({ status: 'active', decided: stamp }),
        );
      case 12:
        return change(
          this.#one('grant', pick, (g) => g.status === 'active'),
          'grant:suspend',
          (g) => g.assigner,
          () => ({ status: pick % 2 ? 'revoked' : 'suspended', reason: { en: 'why' } }),
        );
      case 13: {
        const under = this.#one('grant', pick, (g) => g.status === 'active');
        const key = id(pick % 4 ? 'shr' : 'rfs');
        return under && fresh('share:commit', person(under.assigner), (s) => (pick % 4 ? share(key, under, s) : refusal(key, under, s)));
      }
      case 14: {
        const said = { payloadHash: (pick % 2 ? 'ab' : 'cd').repeat(32), hashAlgorithm: 'sha-256' } as const;
        return change(
          this.#one('share', pick, (s) => s.status === 'committed'),
          'share:acknowledge',
          (s) => s.consumer,
          (stamp) => ({
            status: pick % 2 ? 'acknowledged' : 'mismatched',
            consumerCommitment: { ...said, stamp },
          }),
        );
      }
      case 15: {
        const made = this.#one('plan', pick, () => true);
        const later = { items: [promise(`${2026 + (pick % 3)}-12-01T00:00:00Z`)] };
        if (made && pick % 2)
          return change(
            made,
            'plan:revise',
            (p) => p.department,
            () => later,
          );
        const of = { department: actor.department, year: 2000 + this.#n++ };
        return fresh('plan:make', actor, (s) => plan(of.department, of.year, s));
      }
      case 16: {
        const of = this.#one('asset', pick, (a) => a.publisher === actor.department && a.status !== 'retired');
        const from = of && this.#one('asset', pick + 1, (a) => a.id !== of.id);
        const key = id('drv');
        return of && from && fresh('derivation:record', actor, (s) => derivation(key, of, from, s));
      }
      case 17: {
        const key = id('dmd');
        const more = [
          {},
          { want: { en: 'Licences of vehicles' }, theme: 'transport', elements: [{ name: 'plate', dataElementId: 'DE-2' }] },
        ];
        return fresh('demand:file', actor, (s) => demand(key, s, more[pick % more.length]));
      }
      case 18: {
        const open = this.#one('demand', pick, (d) => d.status === 'open' || d.status === 'rejected');
        const to = open && this.#one('asset', pick, (a) => a.status === 'published' && a.publisher !== open.by);
        return change(
          to && open,
          'demand:match',
          () => (pick % 2 ? 'data-bureau' : (to?.publisher as string)),
          (stamp) => ({ status: 'matched', match: { asset: to?.id as string, owner: to?.publisher as string, stamp } }),
        );
      }
      case 19: {
        const matched = this.#one('demand', pick, (d) => d.status === 'matched');
        const met =
          matched &&
          this.#one('share', pick, (s) => s.asset === matched.match?.asset && s.consumer === matched.by && s.status !== 'mismatched');
        if (met !== undefined)
          return change(
            matched,
            'demand:fulfil',
            (d) => d.by,
            () => ({ status: 'fulfilled', resolvedBy: met.id }),
          );
        return change(
          matched,
          pick % 3 ? 'demand:reject' : 'demand:withdraw',
          (d) => (pick % 3 ? (d.match?.owner as string) : d.by),
          () => ({ status: pick % 3 ? 'rejected' : 'withdrawn', reason: { en: 'no' } }),
        );
      }
      case 20: {
        const of = this.#one('demand', pick, (d) => d.by !== actor.department);
        const key = id('jng');
        return of && fresh('demand:join', actor, (s) => joining(key, of, s));
      }
      case 21: {
        const of = this.#one(
          'asset',
          pick,
          (a) => a.publisher !== actor.department && (a.status === 'published' || a.status === 'suspended'),
        );
        const key = id('fbk');
        return of && fresh('feedback:raise', actor, (s) => feedback(key, of, s));
      }
      case 22: {
        const open = this.#one('feedback', pick, (f) => ['raised', 'contested', 'accepted', 'fixed'].includes(f.status));
        if (open === undefined) return this.#act(21, pick, actor);
        const dueAt = new Date(this.ledger.now + DAY).toISOString();
        const [verb, to, by] = (
          {
            raised: pick % 2 ? ['accept', 'accepted', 'publisher'] : ['contest', 'contested', 'publisher'],
            contested: ['accept', 'accepted', 'publisher'],
            accepted: ['fix', 'fixed', 'publisher'],
            fixed: ['confirm', 'confirmed', 'by'],
          } as Record<string, [string, RecordOf<'feedback'>['status'], 'publisher' | 'by']>
        )[open.status] ?? ['', 'raised', 'by'];
        return change(
          open,
          `feedback:${verb}`,
          (f) => f[by],
          () => ({ status: to, ...(to === 'confirmed' ? { reply: { en: 'so' } } : { dueAt }), ...(to === 'fixed' ? { fixedIn: 1 } : {}) }),
        );
      }
      case 23: {
        const own = this.#one('asset', pick, (a) => a.publisher === actor.department && (a.authoritativeFor ?? []).length > 0);
        const rival = own && this.#one('asset', pick, (a) => a.publisher !== own.publisher && authorityClash(own, a).length > 0);
        const key = id('dsp');
        if (own && rival) {
          const [dataElement = ''] = authorityClash(own, rival);
          return fresh('dispute:open', actor, (s) => conflict(key, dataElement, own, rival, s));
        }
        const under = this.#one('grant', pick, (g) => g.assigner === actor.department || g.assignee === actor.department);
        return under && fresh('dispute:open', actor, (s) => dispute(key, under, s));
      }
      case 24: {
        const open = this.#one('dispute', pick, (d) => ['opened', 'mediation'].includes(d.status));
        if (open === undefined) return this.#act(23, pick, actor);
        if (open.status === 'mediation') {
          const [first, second] = open.assets;
          const upheld = pick % 2 === 0;
          const named = open.subject.kind === 'authority' ? { authoritative: upheld ? first : second } : {};
          return change(
            open,
            'dispute:decide',
            () => 'data-bureau',
            (decided): Partial<RecordOf<'dispute'>> => ({
              status: 'decided',
              outcome: upheld ? 'upheld' : 'dismissed',
              ruling: { en: 'so' },
              decided,
              ...named,
            }),
          );
        }
        if (pick % 3 === 0)
          return change(
            open,
            'dispute:submit',
            (d) => d.respondent,
            (stamp, d) => ({ statements: [...this.#latest(d).statements, { text: { en: 'no' }, evidence: [], stamp }] }),
          );
        return change(
          open,
          'dispute:escalate',
          (d) => d.respondent,
          (): Partial<RecordOf<'dispute'>> => ({ status: 'mediation', tier: 'mediation' }),
        );
      }
      default: {
        const key = id('aqy');
        return fresh('audit:record', auditor, (s) => ({
          kind: 'audit-query',
          id: key,
          version: 1,
          created: s,
          updated: s,
          by: s.department,
          action: 'trail',
          queryHash: 'ef'.repeat(32),
          resultCount: pick,
          asOfBlock: 1,
          outcome: 'answered',
          status: 'recorded',
        }));
      }
    }
  }

  #latest<R extends LedgerRecord>(record: R): R {
    const versions = this.versions.get(`${record.kind} ${record.id}`) ?? [];
    return (versions.find((held) => held.record.version === record.version)?.record ?? record) as R;
  }

  #transfer(old: RecordOf<'right'>, to: Person): Act {
    const key = `rgt-${this.#n++}`;
    return {
      by: to,
      action: 'right:accept',
      make: (s) => {
        const before = this.#latest(old);
        const { confirmed } = before;
        return [
          changed(before, s, { status: 'transferred', transferredTo: key }),
          right(key, before.asset, s, {
            rightType: before.rightType,
            status: 'confirmed',
            transferredFrom: before.id,
            ...(confirmed ? { confirmed } : {}),
          }),
        ];
      },
    };
  }

  #upheld(): string[] {
    return this.of('contest', Number.POSITIVE_INFINITY).flatMap((c) => (c.status === 'upheld' ? [c.right] : []));
  }

  /** A plain reading of who owns an asset: the last ownership confirmed or transferred that stands and to which no objection was upheld. */
  #owner(of: string): string | undefined {
    const upheld = this.#upheld();
    return this.of('right', Number.POSITIVE_INFINITY).find(
      (r) => r.asset === of && r.rightType === 'ownership' && r.status === 'confirmed' && !upheld.includes(r.id),
    )?.holder;
  }
}

export function newestFirst(a: { readonly place: readonly number[] }, b: { readonly place: readonly number[] }): number {
  const i = a.place.findIndex((part, at) => part !== b.place[at]);
  return i < 0 ? 0 : (b.place[i] as number) - (a.place[i] as number);
}

const DAY = 86_400_000;

const VARIANTS = [
  { theme: 'population', title: { zh: '人口基础信息', en: 'Population register' }, authoritativeFor: ['DE-1'], accrualPeriodicity: 'P1D' },
  {
    title: { en: 'Vehicle licences' },
    keywords: ['transport', '车辆'],
    shareType: 'unconditional' as const,
    catalogCode: 'C-1',
    distributions: [],
  },
  {
    theme: 'transport',
    title: { zh: '人口车辆' },
    elements: [{ name: 'plate', type: 'string' as const, dataElementId: 'DE-2' }],
    authoritativeFor: ['DE-1', 'DE-2'],
  },
  {
    title: { en: 'Populated places', zh: '口人' },
    distributions: [{ name: 'csv', accessURL: 'file:a.csv' }],
    shareType: 'conditional' as const,
    shareCondition: { en: 'ask' },
  },
];

const CONSTRAINTS = [
  () => ({}),
  () => ({ maxCount: 1 }),
  () => ({ maxCount: 2, maxRows: 100 }),
  (now: number) => ({ validTo: new Date(now + 2 * DAY).toISOString() }),
];

interface Flaw {
  readonly clause: string;
  readonly code?: number;
  readonly by?: (honest: Person) => Person;
  readonly write?: (record: LedgerRecord) => LedgerRecord | RawWrite;
  readonly unreadable?: boolean;
  readonly version?: (record: LedgerRecord) => number;
}

const FLAWS: readonly Flaw[] = [
  { clause: 'MVCC_READ_CONFLICT', code: 11 },
  { clause: 'ENDORSEMENT_POLICY_FAILURE', code: 10 },
  // The auditor signs what others may do; what only auditors do, the manager.
  { clause: 'NOT_YOURS', by: (honest) => (honest === auditor ? tax : auditor) },
  { clause: 'CALLER', by: () => stranger },
  {
    clause: 'STAMP',
    write: (record) =>
      ({
        ...record,
        updated: { ...record.updated, name: 'somebody-else' },
        ...(record.version === 1 ? { created: { ...record.created, name: 'somebody-else' } } : {}),
      }) as LedgerRecord,
  },
  {
    clause: 'SCHEMA',
    unreadable: true,
    write: (record) => ({ key: recordKey(record.kind, record.id), value: JSON.stringify({ ...record, surplus: 1 }) }),
  },
  { clause: 'SCHEMA', unreadable: true, version: () => 0, write: (record) => ({ key: recordKey(record.kind, record.id), value: '{' }) },
  { clause: 'DELETED', unreadable: true, version: () => 0, write: (record) => ({ key: recordKey(record.kind, record.id) }) },
  { clause: 'VERSION', version: (record) => record.version + 1, write: (record) => ({ ...record, version: record.version + 1 }) },
  { clause: 'HISTORY', write: (record) => ({ ...record, created: { ...record.created, requestId: 'another' } }) },
];

function about(record: LedgerRecord): Pick<TrailEntry, 'asset' | 'grant' | 'purpose'> {
  if (record.kind === 'dispute')
    return { asset: record.assets[0] as string, ...(record.subject.kind === 'grant' ? { grant: record.subject.id } : {}) };
  const { asset: on, grant: under, purpose } = record as { asset?: string; grant?: string; purpose?: string };
  const of = record.kind === 'demand' ? record.match?.asset : on;
  const a = record.kind === 'asset' ? record.id : of;
  const g = record.kind === 'grant' ? record.id : under;
  return { ...(a ? { asset: a } : {}), ...(g ? { grant: g } : {}), ...(purpose ? { purpose } : {}) };
}

/** Every department that stands in the record as a side of it, but for who wrote it. */
function toldOf(record: LedgerRecord, by: string): Pick<TrailEntry, 'concerns'> {
  const sides = ['publisher', 'holder', 'offeredTo', 'by', 'assigner', 'assignee', 'provider', 'consumer', 'claimant', 'respondent'];
  const named = sides.map((side) => (record as unknown as Record<string, string | undefined>)[side]);
  if (record.kind === 'demand') named.push(record.match?.owner);
  const concerns = [...new Set(named.filter((name) => name !== undefined && name !== by))].sort() as string[];
  return concerns.length === 0 ? {} : { concerns };
}

function aboutKey({ kind, id }: LedgerRecord): Pick<TrailEntry, 'asset' | 'grant'> {
  return kind === 'asset' ? { asset: id } : kind === 'grant' ? { grant: id } : {};
}
