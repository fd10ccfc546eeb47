import { ask, auditor, city, household, manager, published, SHA, sent, social, socialConsumer, zh } from './city';

test('the main walk: register, publish, claim, grant, share, acknowledge, look', async () => {
  const ledger = await city();
  const asset = await published(ledger);
  expect(asset).toMatchObject({ publisher: 'household', status: 'published', version: 2, authoritativeFor: [] });

  const claim = await ledger.write(
    'right',
    'right:claim',
    { asset: asset.id, rightType: 'ownership', role: 'producer', basis: zh('职责') },
    household,
  );
  const owned = await ledger.write('right', 'right:confirm', { id: claim.id }, manager);
  expect(owned).toMatchObject({ status: 'confirmed', holder: 'household', confirmed: { department: 'data-bureau' } });

  const request = await ledger.write('grant', 'grant:request', ask(asset.id), socialConsumer);
  expect(request).toMatchObject({
    status: 'requested',
    assigner: 'household',
    assignee: 'social-insurance',
    dueAt: '2026-03-16T15:59:59.999Z',
  });
  const grant = await ledger.write('grant', 'grant:approve', { id: request.id, constraints: { maxCount: 3 } }, household);
  expect(grant).toMatchObject({ status: 'active', constraints: { maxCount: 3 }, decided: { name: 'household-steward-1' } });

  const share = await ledger.write('share', 'share:commit', sent(grant.id), household, { requestId: 'req-1' });
  expect(share).toMatchObject({
    status: 'committed',
    provider: 'household',
    consumer: 'social-insurance',
    created: { requestId: 'req-1' },
  });
  const answer = { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' } as const;
  await expect(ledger.submit('share:acknowledge', answer, social)).rejects.toMatchObject({ code: 'ROLE_MISSING' });
  expect(await ledger.submit('share:acknowledge', answer, socialConsumer)).toMatchObject({ status: 'acknowledged', version: 2 });

  const look = { action: 'trace', queryHash: SHA('b'), resultCount: 3, asOfBlock: 7, outcome: 'answered' } as const;
  expect(await ledger.submit('audit:record', look, auditor)).toMatchObject({ by: 'audit-office', status: 'recorded' });
  expect(JSON.parse(await ledger.evaluate('caller:whoami', {}, auditor))).toEqual({
    name: 'auditor-1',
    mspId: 'AuditMSP',
    department: 'audit-office',
    roles: ['auditor'],
    auditScope: 'all',
  });
});
