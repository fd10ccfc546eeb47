import { exportEvidence } from '@drl/gateway/evidence/export';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { Story } from './story';

describe('a share from end to end', () => {
  const story = Story.walk();
  it('is proven from the roots alone', async () => {
    const file = await exportEvidence({ kind: 'share', id: story.share.id }, story.world.source());
    const report = await verifyEvidence(file as Buffer, story.world.trust);
    expect(report.verdict).toBe('proven');
  });
});
