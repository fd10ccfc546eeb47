import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contracts } from '@drl/chaincode';
import { canonical } from '@drl/chaincode/model/canonical';
import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { type EvidenceSource, exportEvidence } from '@drl/gateway/evidence/export';
import type { Subject } from '@drl/gateway/evidence/format';
import { recordWrites } from '@drl/gateway/evidence/needs';
import type { Report } from '@drl/gateway/evidence/report';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import type { Version } from '@drl/network/block/rwset';
import { readConsortium } from '@drl/network/consortium';
import { EmbeddedLedger, type EnrolledIdentity } from '@drl/network/embedded/engine';

/** The real engine, the real contracts: what it commits is proven like any Fabric block. */
const consortium = readConsortium(join(__dirname, '../../network/consortium.yaml'));
let dir: string;
let ledger: EmbeddedLedger;
const people: Record<string, EnrolledIdentity> = {};

const enroll = (mspId: string, department: string, roles: string) =>
  ledger.enroll({ mspId, name: `${department}-${roles}`, attributes: { department, roles } });

async function send<N extends TransactionName>(
  name: N,
  input: TransactionInput<N>,
  who: string,
  endorsers: string[],
): Promise<LedgerRecord> {
  const as = people[who] as EnrolledIdentity;
  const endorsed = await ledger.endorse({ name, args: [canonical({ input })] }, endorsers, as);
  const { code, result } = await ledger.submit(endorsed.envelope);
  expect(code).toBe(0);
  return JSON.parse(result.toString()) as LedgerRecord;
}

/** Places by reading the chain through: what the read model knows. */
async function placeOf({ kind, id }: Subject): Promise<Version | undefined> {
  let found: Version | undefined;
  for (let block = 0n; block < ledger.height(); block++) {
    for (const [tx, bytes] of readBlock(await raw(block)).envelopes.entries()) {
      const envelope = readEnvelope(bytes);
      const wrote = envelope.actions.flatMap((action) => (action.chaincode === consortium.chaincode ? recordWrites(action) : []));
      if (kind === 'transaction' ? envelope.txId === id : wrote.some((w) => w.kind === kind && w.id === id))
        found = { block, tx: BigInt(tx) };
    }
  }
  return found;
}

async function raw(block: bigint): Promise<Buffer> {
  for await (const bytes of ledger.blocks(block, new AbortController().signal)) return bytes;
  throw new Error(`no block ${block}`);
}

const source: EvidenceSource = {
  channel: consortium.channel,
  chaincode: consortium.chaincode,
  place: placeOf,
  block: raw,
  attest: (id) => ledger.attest(id, 2, people.manager as EnrolledIdentity),
};

async function prove(kind: RecordKind | 'transaction', id: string): Promise<Report> {
  const file = await exportEvidence({ kind, id }, source);
  return verifyEvidence(file as Buffer, ledger.trust());
}

const both = ['BureauMSP', 'PoliceMSP'];
let asset: LedgerRecord;
let grant: LedgerRecord;
let share: LedgerRecord;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'evidence-'));
  ledger = await EmbeddedLedger.open({ dir, consortium, contracts });
  people.manager = enroll('BureauMSP', 'data-bureau', 'manager');
  people.provider = enroll('PoliceMSP', 'household', 'steward');
  people.consumer = enroll('SocialMSP', 'social-insurance', 'steward,consumer');
  const { timeZone, rules } = consortium;
  await send(
    'settings:set',
    {
      timeZone,
      ...rules,
      managerMspId: 'BureauMSP',
      departmentMspIds: ['PoliceMSP', 'SocialMSP', 'AgenciesMSP'],
      auditorMspIds: ['AuditMSP'],
    },
    'manager',
    both,
  );
  for (const { mspId, departments } of consortium.organisations)
    for (const { id, name } of departments.slice(0, 1))
      await send('department:admit', { id, name: name as { en: string }, mspId }, 'manager', [
        ...new Set(['BureauMSP', mspId === 'AuditMSP' ? 'PoliceMSP' : mspId, 'PoliceMSP']),
      ]);
  asset = await send(
    'asset:register',
    {
      title: { en: 'Residents' },
      shareType: 'conditional',
      shareCondition: { en: 'identity checks' },
      shareMethod: 'file',
      elements: [{ name: 'name', type: 'string' }],
    },
    'provider',
    both,
  );
  await send('asset:publish', { id: asset.id }, 'provider', both);
  grant = await send(
    'grant:request',
    {
      asset: asset.id,
      elements: ['name'],
      purpose: 'dpv:IdentityVerification',
      legalBasis: { en: 'law' },
      constraints: { maxCount: 5, maxRows: 100 },
    },
    'consumer',
    ['BureauMSP', 'SocialMSP'],
  );
  await send('grant:approve', { id: grant.id }, 'provider', both);
  share = await send(
    'share:commit',
    {
      grant: grant.id,
      purpose: 'dpv:IdentityVerification',
      elements: ['name'],
      payloadHash: 'ab'.repeat(32),
      hashAlgorithm: 'sha-256',
      bytes: 10,
      rows: 3,
    },
    'provider',
    both,
  );
  await send('share:acknowledge', { id: share.id, payloadHash: 'ab'.repeat(32), hashAlgorithm: 'sha-256' }, 'consumer', [
    'BureauMSP',
    'SocialMSP',
  ]);
});

afterAll(async () => {
  await ledger?.close();
  rmSync(dir, { recursive: true, force: true });
});

it('proves asset, grant, share and transaction', async () => {
  for (const [kind, id] of [
    ['asset', asset.id],
    ['grant', grant.id],
    ['share', share.id],
    ['transaction', share.created.transactionId],
    ['settings', 'settings'],
    ['department', 'household'],
  ] as const) {
    const report = await prove(kind, id);
    expect({ kind, fault: report.fault }).toEqual({ kind, fault: undefined });
    expect(report.verdict).toBe('proven');
  }
});
