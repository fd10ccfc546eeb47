import { canonical } from '@drl/chaincode/model/canonical';
import * as asset from '@drl/chaincode/model/rules/asset';
import { exportEvidence } from '@drl/gateway/evidence/export';
import type { Subject } from '@drl/gateway/evidence/format';
import { type Report, stepNames } from '@drl/gateway/evidence/report';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { Story } from './story';
import type { TransactionSpec } from './world';

async function judge({ world }: Story, subject: Subject): Promise<Report> {
  return verifyEvidence((await exportEvidence(subject, world.source())) as Buffer, world.trust);
}

describe('a share from end to end', () => {
  const story = Story.walk();

  it('is proven from the roots alone, and what is attested is said to be', async () => {
    const report = await judge(story, { kind: 'share', id: story.share.id });
    expect(report.verdict).toBe('proven');
    expect(report.steps.map(({ step }) => step)).toEqual(stepNames);
    expect(report.steps.filter(({ status }) => status === 'attested')).toEqual([
      { step: 'validity', status: 'attested', by: ['AuditMSP', 'BureauMSP'] },
    ]);
  });

  it('shows every version with who wrote it, when and where', async () => {
    const { versions } = await judge(story, { kind: 'share', id: story.share.id });
    const [first, second] = versions.filter(({ kind }) => kind === 'share');
    expect(first).toMatchObject({
      version: 1,
      status: 'committed',
      action: 'share:commit',
      by: { department: 'household', mspId: 'PoliceMSP' },
      index: 1,
      at: story.share.created.at,
    });
    expect(second).toMatchObject({
      version: 2,
      status: 'acknowledged',
      action: 'share:acknowledge',
      by: { department: 'social-insurance' },
      endorsedBy: ['BureauMSP', 'SocialMSP'],
    });
  });

  it('is written in canonical form, the same from the same answers', async () => {
    const answers = new Map<string, ReturnType<typeof story.world.attest>[]>();
    const once = (id: string) => {
      const held = answers.get(id) ?? [
        story.world.attest(id, story.world.peer('BureauMSP')),
        story.world.attest(id, story.world.peer('AuditMSP')),
      ];
      answers.set(id, held);
      return held;
    };
    const [one, two] = await Promise.all([1, 2].map(() => exportEvidence({ kind: 'share', id: story.share.id }, story.world.source(once))));
    expect(one?.equals(two as Buffer)).toBe(true);
    expect(one?.toString()).toBe(canonical(JSON.parse((one as Buffer).toString())));
  });
});

describe('definitions', () => {
  /** The asset revised under a second definition that changes its version and leaves its policy as it was, so does not write it. */
  function upgraded(spec: Partial<TransactionSpec>): Story {
    const story = Story.walk();
    const { world } = story;
    world.define({ sequence: 2, version: '2.0', fields: ['Sequence', 'EndorsementInfo'] });
    const next = asset.revise(story.act(story.provider), story.asset, { id: story.asset.id, changes: { keywords: ['x'] } });
    world.commit(world.transaction({ name: 'asset:revise', as: story.provider, records: [next], ...spec }));
    return story;
  }

  it('each version is held against the one it ran under, whose policy an earlier one may have set', async () => {
    const story = upgraded({ version: '2.0' });
    const report = await judge(story, { kind: 'asset', id: story.asset.id });
    expect(report.fault).toBeUndefined();
    expect(report.versions.filter(({ kind }) => kind === 'asset')).toHaveLength(3);
  });

  it('a version that its definition does not name is refused, and so is one that names no definition', async () => {
    const old = upgraded({ version: '1.0' });
    expect((await judge(old, { kind: 'asset', id: old.asset.id })).fault?.code).toBe('POLICY_SOURCE');
    const none = upgraded({ version: '2.0', sets: (usual) => usual.filter(({ namespace }) => namespace !== '_lifecycle') });
    expect((await judge(none, { kind: 'asset', id: none.asset.id })).fault?.code).toBe('POLICY_SOURCE');
  });
});
