import { createHash, X509Certificate } from 'node:crypto';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import type { World } from './world.js';

const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });

export function ticketCases(world: () => World): void {
  const parties = () => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const use = { purpose: 'dpv:IdentityVerification', elements: ['name'] };
  const granted = async (): Promise<string> => {
    const asset: TransactionInput<'asset:register'> = {
      ...{
        title: { en: 'Population register' },
        theme: 'population',
        shareType: 'unconditional',
        shareMethod: 'file',
        authoritativeFor: [],
      },
      elements: [{ name: 'name', type: 'string' }],
    };
    const { record } = await world().write('asset:register', asset);
    await world().write('asset:publish', { id: record.id });
    return (await world().write('grant:request', { asset: record.id, ...use, legalBasis: { en: 'Act 7' } }, parties())).record.id;
  };

  test('a ticket holds the fingerprint of the certificate that signed it, and only the assignee’s consumer issues one', async () => {
    const grant = await granted();
    const { record } = await world().write('ticket:issue', { grant, ...use, seconds: 60 }, parties());
    const { raw } = new X509Certificate(world().people.consumer.certificate);
    expect(record).toMatchObject({
      kind: 'ticket',
      consumer: 'social-insurance',
      certificate: createHash('sha256').update(raw).digest('hex'),
    });
    await expect(world().write('ticket:issue', { grant, ...use, seconds: 60 })).rejects.toEqual(code('NOT_YOURS'));
  });

  test('one share stands on a ticket, however many are opened on it at once', async () => {
    const grant = await granted();
    const { record } = await world().write('ticket:issue', { grant, ...use, seconds: 60 }, parties());
    const open = { grant, ...use, ticket: record.id, rows: 1 };
    const all = await Promise.all(Array.from({ length: 5 }, () => world().write('share:open', open)));
    const refused = all.filter((one) => one.record.kind === 'refusal').map((one) => one.record.clause);
    expect(refused).toEqual(Array(4).fill('TICKET_USED'));
    expect(all.filter((one) => one.record.kind === 'share').map((one) => one.record)).toMatchObject([
      { ticket: record.id, status: 'opened' },
    ]);
  });

  test('an expired ticket carries nothing', async () => {
    const grant = await granted();
    const { record } = await world().write('ticket:issue', { grant, ...use, seconds: 1 }, parties());
    const expires = Date.parse((record as unknown as { expiresAt: string }).expiresAt);
    while (Date.now() <= expires) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await world().write('share:open', { grant, ...use, ticket: record.id, rows: 1 })).record).toMatchObject({
      clause: 'TICKET_EXPIRED',
    });
  });
}
