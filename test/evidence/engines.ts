import { canonical } from '@drl/chaincode/model/canonical';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import type { Settings } from '@drl/chaincode/model/records/department';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { type EvidenceSource, exportEvidence } from '@drl/gateway/evidence/export';
import type { Subject } from '@drl/gateway/evidence/format';
import { recordWrites } from '@drl/gateway/evidence/needs';
import type { Report } from '@drl/gateway/evidence/report';
import { evidenceSource } from '@drl/gateway/evidence/source';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import type { Identity, Ledger } from '@drl/gateway/ledger/ledger';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import type { Trust } from '@drl/network/block/trust';
import type { Consortium } from '@drl/network/consortium';

/** The same walk and the same proofs on every engine: the verifier cannot tell which one it stands on. */
export interface Engine {
  readonly ledger: Ledger;
  readonly consortium: Consortium;
  readonly trust: Trust;
  enrol(mspId: string, name: string, department: string, roles: string): Promise<Identity>;
  revoke(mspId: string, name: string): Promise<void>;
  close(): Promise<void>;
}

const departments = {
  'data-bureau': 'BureauMSP',
  household: 'PoliceMSP',
  'social-insurance': 'SocialMSP',
  /** Takes over from the household office. */
  population: 'SocialMSP',
} as const;
type Department = keyof typeof departments;

class Walk {
  readonly people = new Map<Department, Identity>();
  settings!: Settings;

  constructor(readonly engine: Engine) {}

  async send<N extends TransactionName>(
    name: N,
    input: TransactionInput<N>,
    by: Department,
    record?: LedgerRecord,
    as = this.people.get(by) as Identity,
    leaving?: Department,
  ): Promise<LedgerRecord> {
    const context = {
      settings: this.settings,
      callerMspId: as.mspId,
      mspOf: (id: string) => departments[id as Department],
      record,
      leaving,
    };
    const signed = await this.engine.ledger.endorse({ name, input, endorsers: endorsersFor(name, context) }, as);
    const receipt = await this.engine.ledger.submit(signed);
    expect({ name, code: receipt.code }).toEqual({ name, code: 0 });
    return JSON.parse(receipt.result) as LedgerRecord;
  }

  async found(): Promise<void> {
    const { timeZone, rules, organisations } = this.engine.consortium;
    for (const [department, mspId] of Object.entries(departments) as [Department, string][])
      this.people.set(
        department,
        await this.engine.enrol(mspId, `${department}-1`, department, department === 'data-bureau' ? 'manager' : 'steward,consumer'),
      );
    const of = (role: string) => organisations.filter((o) => o.role === role).map(({ mspId }) => mspId);
    const input = { timeZone, ...rules, managerMspId: 'BureauMSP', departmentMspIds: of('department'), auditorMspIds: of('auditor') };
    this.settings = { ...input, kind: 'settings' } as unknown as Settings;
    this.settings = (await this.send('settings:set', input, 'data-bureau')) as Settings;
    for (const [id, mspId] of Object.entries(departments))
      await this.send('department:admit', { id, mspId, name: { en: id } }, 'data-bureau');
  }

  async read(kind: RecordKind, id: string): Promise<LedgerRecord> {
    const as = this.people.get('data-bureau') as Identity;
    return JSON.parse(await this.engine.ledger.evaluate({ name: 'record:get', input: { kind, id } }, as)) as LedgerRecord;
  }

  async asset(): Promise<RecordOf<'asset'>> {
    const fields = {
      title: { zh: '人口', en: 'Residents' },
      shareType: 'conditional' as const,
      shareCondition: { en: 'identity checks' },
      shareMethod: 'file' as const,
    };
    const asset = await this.send('asset:register', { ...fields, elements: [{ name: 'name', type: 'string' }] }, 'household');
    return (await this.send('asset:publish', { id: asset.id }, 'household', asset)) as RecordOf<'asset'>;
  }

  async grant(asset: string): Promise<RecordOf<'grant'>> {
    const asked = {
      asset,
      elements: ['name'],
      purpose: 'dpv:IdentityVerification',
      legalBasis: { en: 'law' },
      constraints: { maxCount: 2, maxRows: 20 },
    };
    const grant = await this.send('grant:request', asked, 'social-insurance');
    return (await this.send('grant:approve', { id: grant.id }, 'household', grant)) as RecordOf<'grant'>;
  }

  share(grant: string, hash: string, as?: Identity): Promise<LedgerRecord> {
    const said = {
      grant,
      purpose: 'dpv:IdentityVerification',
      elements: ['name'],
      payloadHash: hash.repeat(64),
      hashAlgorithm: 'sha-256' as const,
      bytes: 10,
      rows: 3,
    };
    return this.send('share:commit', said, 'household', undefined, as);
  }

  acknowledge(share: LedgerRecord, hash: string): Promise<LedgerRecord> {
    return this.send(
      'share:acknowledge',
      { id: share.id, payloadHash: hash.repeat(64), hashAlgorithm: 'sha-256' },
      'social-insurance',
      share,
    );
  }

  /** Evidence as a service makes it; places by reading the chain through, which is what its read model knows. */
  async export(subject: Subject): Promise<Buffer | undefined> {
    const { ledger, consortium } = this.engine;
    const found: { transactionId: string; block: number; index: number; writes: readonly { kind: RecordKind; id: string }[] }[] = [];
    const { height } = await ledger.info();
    const stop = new AbortController();
    for await (const bytes of ledger.blocks(0n, stop.signal)) {
      const { number, envelopes, codes } = readBlock(bytes);
      for (const [index, envelope] of envelopes.map(readEnvelope).entries()) {
        const writes = envelope.actions.flatMap((action) =>
          action.chaincode === consortium.chaincode && codes[index] === 0 ? recordWrites(action) : [],
        );
        found.push({ transactionId: envelope.txId, block: Number(number), index, writes });
      }
      if (number === height - 1n) break;
    }
    stop.abort();
    const entry = (t: (typeof found)[number] | undefined) =>
      t && { ...t, at: '', code: 'VALID', creator: { mspId: '', name: '', department: '' }, action: '', writes: [] };
    const readModel = {
      transaction: async (id: string) => entry(found.find((t) => t.transactionId === id)),
      writers: async (kind: RecordKind, id: string) =>
        found
          .filter((t) => t.writes.some((w) => w.kind === kind && w.id === id))
          .map((t) => entry(t) as NonNullable<ReturnType<typeof entry>>),
    };
    const source: EvidenceSource = evidenceSource({
      ledger,
      readModel,
      channel: consortium.channel,
      chaincode: consortium.chaincode,
      as: this.people.get('data-bureau') as Identity,
    });
    return exportEvidence(subject, source);
  }

  async prove(kind: Subject['kind'], id: string): Promise<Report> {
    const report = await verifyEvidence((await this.export({ kind, id })) as Buffer, this.engine.trust);
    expect({ kind, fault: report.fault }).toEqual({ kind, fault: undefined });
    return report;
  }
}

export function evidenceCases(name: string, open: () => Promise<Engine>): void {
  describe(name, () => {
    let engine: Engine;
    let walk: Walk;
    let asset: RecordOf<'asset'>;
    let grant: RecordOf<'grant'>;
    let share: LedgerRecord;

    beforeAll(async () => {
      engine = await open();
      walk = new Walk(engine);
      await walk.found();
      asset = await walk.asset();
      grant = await walk.grant(asset.id);
      share = await walk.acknowledge(await walk.share(grant.id, 'a'), 'a');
    }, 180_000);
    afterAll(() => engine?.close(), 60_000);

    it('proves asset, grant, share, and what a transaction wrote', async () => {
      await walk.prove('asset', asset.id);
      await walk.prove('grant', grant.id);
      await walk.prove('transaction', share.created.transactionId);
      const report = await walk.prove('share', share.id);
      expect(
        report.versions.filter(({ kind }) => kind === 'share').map(({ status, by, endorsedBy }) => [status, by.department, endorsedBy]),
      ).toEqual([
        ['committed', 'household', ['BureauMSP', 'PoliceMSP']],
        ['acknowledged', 'social-insurance', ['BureauMSP', 'SocialMSP']],
      ]);
      expect(report.steps.find(({ step }) => step === 'order')?.by).toEqual(['OrdererMSP']);
      expect(report.steps.find(({ step }) => step === 'validity')).toMatchObject({ status: 'attested' });
      // It stood on the grant and the asset as they then were, and on who the parties are.
      expect(new Set(report.versions.map(({ kind, id }) => `${kind} ${id}`))).toEqual(
        new Set([
          `share ${share.id}`,
          `grant ${grant.id}`,
          `asset ${asset.id}`,
          'settings settings',
          ...['data-bureau', 'household', 'social-insurance'].map((id) => `department ${id}`),
        ]),
      );
    });

    it('proves a second share, which counted on, and the refusal of a third', async () => {
      const second = await walk.share(grant.id, 'b');
      await walk.prove('share', second.id);
      const refusal = await walk.share(grant.id, 'c');
      expect(refusal.kind).toBe('refusal');
      await walk.prove('refusal', refusal.id);
    });

    it('proves rights: confirmed by the manager, confirmed by the owner, transferred', async () => {
      const basis = { en: 'law' };
      const owned = await walk.send('right:claim', { asset: asset.id, rightType: 'ownership', role: 'producer', basis }, 'household');
      const ownership = await walk.send('right:confirm', { id: owned.id }, 'data-bureau', owned);
      const used = await walk.send('right:claim', { asset: asset.id, rightType: 'use', role: 'user', basis }, 'social-insurance');
      await walk.send('right:confirm', { id: used.id }, 'household', used);
      const use = await walk.prove('right', used.id);
      expect(use.versions.some(({ id }) => id === ownership.id)).toBe(true);
      const offered = await walk.send('right:offer', { id: ownership.id, to: 'social-insurance' }, 'household', ownership);
      const accepted = await walk.send('right:accept', { id: ownership.id }, 'social-insurance', offered);
      await walk.prove('right', ownership.id);
      for (const id of [ownership.id, accepted.id]) await walk.prove('right', id);
      await walk.prove('transaction', accepted.updated.transactionId);
    });

    it('judges signers at the transaction’s time: what was signed before a revocation stands, in blocks on both sides of it', async () => {
      const leaver = await engine.enrol('PoliceMSP', 'household-9', 'household', 'steward');
      const before = await walk.send(
        'asset:register',
        { title: { en: 'Left behind' }, shareType: 'unconditional', shareMethod: 'file', elements: [] },
        'household',
        undefined,
        leaver,
      );
      await engine.revoke('PoliceMSP', 'household-9');
      const after = await walk.send('asset:publish', { id: before.id }, 'household', before);
      const report = await walk.prove('asset', after.id);
      expect(report.versions.filter(({ kind }) => kind === 'asset').map(({ by }) => by.name)).toEqual(['household-9', 'household-1']);
      await walk.prove('share', share.id);
    });

    it('refuses the file against another network’s roots, and with a byte changed', async () => {
      const file = (await walk.export({ kind: 'share', id: share.id })) as Buffer;
      const swapped = new Map(engine.trust).set('BureauMSP', engine.trust.get('PoliceMSP') as string);
      expect((await verifyEvidence(file, swapped)).fault?.code).toBe('UNTRUSTED');
      const text = file.toString();
      expect((await verifyEvidence(Buffer.from(text.replace('"bytes":10', '"bytes":11')), engine.trust)).fault?.code).toBe('CONTENT');
    });

    it('proves what was passed on from a department that was dissolved, from its registration to its successor’s last word', async () => {
      const kept = await walk.asset();
      const agreed = await walk.grant(kept.id);
      const half = await walk.share(agreed.id, 'd');
      const household = await walk.read('department', 'household');
      const basis = { en: 'reform plan' };
      const merge = { id: 'household', kind: 'merge' as const, successors: ['population'], basis };
      const dissolved = await walk.send('department:succeed', merge, 'data-bureau', household);
      const moved: LedgerRecord[] = [];
      for (const record of [kept, agreed, half]) {
        const input = { record: record.kind, id: record.id, from: 'household', to: 'population' };
        moved.push(await walk.send('department:passOn', input, 'data-bureau', record, undefined, 'household'));
      }
      await walk.send('asset:revise', { id: kept.id, changes: { theme: 'population' } }, 'population', moved[0]);
      await walk.acknowledge(moved[2] as LedgerRecord, 'd');
      for (const record of [kept, agreed, half, dissolved]) {
        const report = await walk.prove(record.kind as Subject['kind'], record.id);
        const of = (kind: string, id: string) => report.versions.filter((version) => version.kind === kind && version.id === id);
        // The manager's word that dissolved it is part of the chain.
        expect(of('department', 'household').map(({ status, by }) => [status, by.department])).toEqual([
          ['active', 'data-bureau'],
          ['dissolved', 'data-bureau'],
        ]);
      }
      const report = await walk.prove('asset', kept.id);
      expect(
        report.versions
          .filter(({ kind }) => kind === 'asset')
          .map(({ status, by, endorsedBy }) => [status, by.department, [...endorsedBy].sort()]),
      ).toEqual([
        ['registered', 'household', ['BureauMSP', 'PoliceMSP']],
        ['published', 'household', ['BureauMSP', 'PoliceMSP']],
        ['published', 'data-bureau', ['BureauMSP', 'PoliceMSP']],
        ['published', 'population', ['BureauMSP', 'SocialMSP']],
      ]);
      const file = (await walk.export({ kind: 'asset', id: kept.id })) as Buffer;
      const bundle = JSON.parse(file.toString()) as { records: { kind: string; id: string; versions: unknown[] }[] };
      const household2 = bundle.records.find(({ kind, id }) => kind === 'department' && id === 'household');
      household2?.versions.pop();
      expect((await verifyEvidence(Buffer.from(canonical(bundle)), engine.trust)).fault).toBeDefined();
      // What had ended stays under the old name, and is proven as before.
      expect((await walk.prove('share', share.id)).versions.some(({ kind, id }) => kind === 'department' && id === 'population')).toBe(
        false,
      );
    });

    it('has nothing to export of what is not there', async () => {
      expect(await walk.export({ kind: 'share', id: 'shr-none' })).toBeUndefined();
      expect(await walk.export({ kind: 'transaction', id: '0'.repeat(64) })).toBeUndefined();
    });
  });
}
