import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admit } from '@drl/chaincode/model/rules/department';
import { attestationParts, readAttestation } from '@drl/gateway/evidence/attestation';
import { BundleError } from '@drl/gateway/evidence/errors';
import { exportEvidence } from '@drl/gateway/evidence/export';
import { verifyFile } from '@drl/gateway/evidence/file';
import type { BundleJson } from '@drl/gateway/evidence/format';
import { renderReport } from '@drl/gateway/evidence/render';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { EvidenceError } from '@drl/network/block/errors';
import { dataHash } from '@drl/network/block/header';
import fc from 'fast-check';
import { Story } from './story';
import { World } from './world';

/** Whatever the bytes are, the answer is a verdict with a reason. */
const story = Story.walk();
let file: Buffer;
beforeAll(async () => {
  file = (await exportEvidence({ kind: 'share', id: story.share.id }, story.world.source())) as Buffer;
});

async function refused(bytes: Uint8Array): Promise<void> {
  const report = await verifyEvidence(bytes, story.world.trust);
  expect(report.verdict).not.toBe('proven');
  expect(report.fault?.code).toBeTruthy();
  expect(renderReport(report, 'zh')).not.toMatch(/\[object Object\]|: undefined|NaN/);
}

it('bytes of any sort', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), refused));
  await fc.assert(fc.asyncProperty(fc.json(), (text) => refused(Buffer.from(text))));
  const shape = {
    format: fc.constant('drl-evidence/1'),
    channel: fc.string(),
    chaincode: fc.string(),
    subject: fc.jsonValue(),
    records: fc.jsonValue(),
    transactions: fc.jsonValue(),
    blocks: fc.jsonValue(),
  };
  await fc.assert(fc.asyncProperty(fc.record(shape, { requiredKeys: ['format'] }), (value) => refused(Buffer.from(JSON.stringify(value)))));
});

it('a bundle cut off, or with bytes overwritten', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: file.length - 1 }), (length) => refused(file.subarray(0, length))),
    { numRuns: 50 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: file.length - 10 }), fc.uint8Array({ minLength: 1, maxLength: 9 }), (at, bytes) => {
      const copy = Buffer.from(file);
      copy.set(bytes, at);
      return copy.equals(file) ? Promise.resolve() : refused(copy);
    }),
    { numRuns: 100 },
  );
});

it('envelopes, identities, policies and signatures garbled behind the hashes, so that the later steps meet them', async () => {
  const bundle = JSON.parse(file.toString()) as BundleJson;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 6 }), async (which, where, bytes) => {
      const copy = structuredClone(bundle);
      const block = copy.blocks[which % copy.blocks.length] as BundleJson['blocks'][number];
      const envelopes = block.envelopes.map((e) => Buffer.from(e, 'base64'));
      const envelope = envelopes[which % envelopes.length] as Buffer;
      const before = Buffer.from(envelope);
      envelope.set(bytes, where % (envelope.length - 6));
      if (envelope.equals(before)) return;
      block.envelopes = envelopes.map((e) => e.toString('base64'));
      block.dataHash = dataHash(envelopes).toString('hex');
      await refused(Buffer.from(JSON.stringify(copy)));
    }),
    { numRuns: 300 },
  );
});

it('attestations of any bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 80 }).map((b) => Buffer.from(b));
  fc.assert(
    fc.property(fc.record({ proposal: bytes, payload: bytes, endorser: bytes, signature: bytes }), (parts) => {
      try {
        readAttestation(parts);
      } catch (error) {
        if (!(error instanceof EvidenceError) && !(error instanceof BundleError)) throw error;
      }
    }),
  );
  const id = story.share.created.transactionId;
  const { proposal, response } = story.world.attest(id, story.world.peer('AuditMSP'));
  expect(readAttestation(attestationParts(proposal, response)).answer.chaincode).toBe('qscc');
});

describe('what is made to cost', () => {
  it('certificates that could each have issued every other', async () => {
    const world = new World({
      intermediates: (w) => ({ PoliceMSP: Array.from({ length: 12 }, () => w.organisation('PoliceMSP').again()) }),
    });
    const bundle = await exportEvidence({ kind: 'share', id: Story.walk(world).share.id }, world.source());
    expect((await verifyEvidence(bundle as Buffer, world.trust)).fault?.code).toBe('CONFIG');
  });

  it('a transaction that writes thousands of records', async () => {
    const many = new Story();
    many.found();
    const { world, manager } = many;
    const act = many.act(manager);
    const records = Array.from({ length: 5000 }, (_, i) =>
      admit(act, undefined, false, { id: `d${i}`, mspId: 'PoliceMSP', name: { en: 'x' } }),
    );
    world.commit(world.transaction({ name: 'department:admit', as: manager, records }));
    const bundle = (await exportEvidence({ kind: 'transaction', id: act.transactionId }, world.source())) as Buffer;
    expect((await verifyEvidence(bundle, world.trust)).verdict).toBe('proven');
    await refused(Buffer.from(bundle.toString().replace('"id":"d77"', '"id":"d78"')));
  });
});

describe('files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'verify-'));
  const trust = mkdtempSync(join(tmpdir(), 'trust-'));
  const path = join(dir, 'share.json');
  beforeAll(() => {
    for (const [mspId, root] of story.world.trust) writeFileSync(join(trust, `${mspId}.pem`), root);
    writeFileSync(path, file);
  });
  afterAll(() => {
    for (const d of [dir, trust]) rmSync(d, { recursive: true });
  });

  it('exit 0 proven, 1 not proven, 2 unreadable', async () => {
    expect((await verifyFile(path, trust)).exit).toBe(0);
    const wrong = join(dir, 'wrong.json');
    writeFileSync(wrong, file.toString().replace('data-rights', 'data-right5'));
    expect((await verifyFile(wrong, trust)).exit).toBe(1);
    writeFileSync(wrong, file.subarray(0, 1000));
    expect((await verifyFile(wrong, trust)).exit).toBe(2);
    writeFileSync(wrong, '{}');
    expect((await verifyFile(wrong, trust)).exit).toBe(2);
    expect((await verifyFile(join(dir, 'none.json'), trust)).exit).toBe(2);
    expect((await verifyFile(dir, trust)).exit).toBe(2);
    expect((await verifyFile(path, join(dir, 'none'))).exit).toBe(2);
    expect((await verifyFile(path, dir)).report.fault?.code).toBe('TRUST');
  });

  it('a trust directory that says something else is told', async () => {
    for (const content of ['', 'not a certificate', story.provider.certificate]) {
      writeFileSync(join(trust, 'More.pem'), content);
      expect((await verifyFile(path, trust)).report.fault?.code).toBe('TRUST');
    }
    rmSync(join(trust, 'More.pem'));
  });
});

it('reports read in both languages', async () => {
  const report = await verifyEvidence(file, story.world.trust);
  const zh = renderReport(report, 'zh');
  const en = renderReport(report, 'en');
  expect(en).toMatch(/^Proven: share shr-/);
  expect(zh).toMatch(/^已证明: share shr-/);
  for (const text of [zh, en]) {
    expect(text).toContain('share:acknowledge');
    expect(text).toContain('AuditMSP, BureauMSP');
    expect(text).not.toMatch(/\[object Object\]|: undefined|NaN/);
  }
});
