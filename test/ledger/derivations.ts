import { createHash } from 'node:crypto';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Derivation } from '@drl/chaincode/model/records/derivation';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import fc from 'fast-check';
import { hold, story, type Teller } from '../chaincode/lineageOracle.js';
import { type Call, VALID, type World } from './world.js';

const digest = createHash('sha256').update('payload').digest('hex');
const use = { purpose: 'dpv:IdentityVerification', elements: ['name'] };
const request = { ...use, legalBasis: { en: 'Act 7' } };
const activity = { en: 'Summed by district' };
const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });

export function derivationCases(world: () => World): void {
  const social = (): Call => ({ as: world().people.social, endorsers: [world().manager, world().social] });
  const consumer = (): Call => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const tax = (): Call => ({ as: world().people.tax, endorsers: [world().manager, world().agencies] });
  const open: TransactionInput<'asset:register'> = {
    title: { en: 'Register' },
    shareType: 'unconditional',
    shareMethod: 'file',
    elements: [{ name: 'name', type: 'string' }],
  };
  const publish = async (fields: TransactionInput<'asset:register'>, call?: Call): Promise<string> => {
    const { record } = await world().write('asset:register', fields, call);
    return (await world().write('asset:publish', { id: record.id }, call)).record.id;
  };
  const share = (grant: string) => ({ grant, ...use, payloadHash: digest, hashAlgorithm: 'sha-256' as const, bytes: 10, rows: 1 });

  /** Household's data, delivered to social insurance, which makes something of it and grants that to the tax bureau. */
  async function chain() {
    const input = await publish(open);
    const { record: grant } = await world().write('grant:request', { asset: input, ...request }, consumer());
    const { record: delivery } = await world().write('share:commit', share(grant.id));
    await world().write('share:acknowledge', { id: delivery.id, payloadHash: digest, hashAlgorithm: 'sha-256' }, consumer());
    const output = await publish(open, social());
    const said = { asset: output, inputs: [{ asset: input, share: delivery.id }], activity };
    await world().write('derivation:record', said, social());
    const { record: further } = await world().write('grant:request', { asset: output, ...request }, tax());
    return { input, grant: grant.id, output, further: further.id };
  }
  const attempt = async (grant: string) => (await world().write('share:commit', share(grant), social())).record;

  test('suspension and revocation upstream stop what was made of it, and what was endorsed before does not commit after', async () => {
    const { input, grant, further } = await chain();
    expect((await attempt(further)).kind).toBe('share');
    const endorsed = await world().endorse('share:commit', share(further), social());
    await world().write('asset:suspend', { id: input });
    expect((await world().submit(endorsed)).code).not.toBe(VALID);
    expect(await attempt(further)).toMatchObject({ kind: 'refusal', clause: 'INPUT_SUSPENDED' });
    await world().write('asset:resume', { id: input });
    expect((await attempt(further)).kind).toBe('share');
    await world().write('grant:revoke', { id: grant, reason: { en: 'misuse' } });
    expect(await attempt(further)).toMatchObject({ kind: 'refusal', clause: 'INPUT_SUSPENDED' });
  });

  test('an input narrowed later narrows what was made of it, whatever that says of itself', async () => {
    const { input, output, further } = await chain();
    const elements = [{ name: 'name', type: 'string' as const, shareType: 'none' as const }];
    await world().write('asset:revise', { id: input, changes: { elements } });
    expect(await attempt(further)).toMatchObject({ kind: 'refusal', clause: 'ELEMENT_WITHHELD' });
    await expect(world().write('grant:request', { asset: output, ...request }, tax())).rejects.toEqual(code('ELEMENT_WITHHELD'));
    await expect(world().write('asset:revise', { id: output, changes: { openToPublic: true } }, social())).rejects.toEqual(
      code('WIDER_THAN_INPUTS'),
    );
  });

  test('nobody speaks for another’s asset, nor of data that did not come to it', async () => {
    const { input, output } = await chain();
    const said = { asset: output, inputs: [{ asset: input }], activity };
    await expect(world().write('derivation:record', said, tax())).rejects.toEqual(code('NOT_YOURS'));
    await expect(world().write('derivation:record', said, social())).rejects.toEqual(code('INPUT_NOT_RECEIVED'));
  });

  test('of two that would close a circle together one commits, and the other is told', async () => {
    const [a, b] = [await publish(open, social()), await publish(open, social())];
    const say = (asset: string, input: string) => ({ asset, inputs: [{ asset: input }], activity });
    const both = await Promise.allSettled([
      world().write('derivation:record', say(a, b), social()),
      world().write('derivation:record', say(b, a), social()),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const lost of both) if (lost.status === 'rejected') expect(lost.reason).toEqual(code('LINEAGE_CYCLE'));
  });

  test('a few random graphs: circles, policies and what a request meets are as the oracle says', async () => {
    const told = async <T>(work: () => Promise<T>): Promise<T | string> =>
      work().catch((error: unknown) => {
        if (error instanceof RuleError) return error.code;
        throw error;
      });
    const write = <N extends TransactionName>(name: N, input: TransactionInput<N>, call: Call) => world().write(name, input, call);
    const teller: Teller = {
      publish: (fields) => publish(fields, social()),
      revise: async (id, changes) => void (await write('asset:revise', { id, changes }, social())),
      derive: (said) =>
        told(async () => ((await write('derivation:record', said, social())).record as unknown as Derivation).effectivePolicy),
      request: (asset, element) =>
        told(async () => (await write('grant:request', { asset, ...request, elements: [element] }, tax())).record.status),
    };
    for (const one of fc.sample(story, { numRuns: 3, seed: 8 })) await hold(teller, one);
  }, 120_000);
}
