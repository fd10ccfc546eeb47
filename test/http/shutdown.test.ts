import { rmSync } from 'node:fs';
import { openGateway, population } from './gateway.js';

test('what is in flight finishes, streams end, and nothing that was promised is lost', async () => {
  const gateway = await openGateway();
  const { call, service } = gateway;
  const stream = await fetch(`${gateway.address}/api/v1/events`, {
    headers: { Authorization: `Bearer ${gateway.tokens.get('auditor-all')}` },
  });
  const heard = stream.text();
  const writing = Array.from({ length: 10 }, (_, n) =>
    call('household-steward-1', 'POST', '/assets', { ...population, catalogCode: `IN-${n}` }),
  );
  const promised = await call(
    'household-steward-1',
    'POST',
    '/assets',
    { ...population, catalogCode: 'PROMISED' },
    { Prefer: 'respond-async' },
  );
  expect(promised.status).toBe(202);
  const closing = service.close();
  for (const answer of await Promise.all(writing)) expect(answer.status).toBe(201);
  await heard;
  await closing;
  await expect(fetch(`${gateway.address}/healthz`)).rejects.toThrow();
  rmSync(gateway.dir, { recursive: true });
});
