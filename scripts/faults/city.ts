import type { NewIdentity } from '@drl/gateway/identities';
import { request } from './client.js';

/** Who writes while things break, and what: assets of three departments, and shares under grants between them. */

export interface Kind {
  readonly path: string;
  readonly token: string;
  /** A body that carries its key, so that the record can be found again on the ledger. */
  readonly body: (key: string) => unknown;
}

const stewards: readonly NewIdentity[] = [
  { name: 'household-steward-1', mspId: 'PoliceMSP', department: 'household', roles: ['steward'] },
  { name: 'social-insurance-steward-1', mspId: 'SocialMSP', department: 'social-insurance', roles: ['steward', 'consumer'] },
  { name: 'tax-steward-1', mspId: 'AgenciesMSP', department: 'tax', roles: ['steward', 'consumer'] },
];

const element = { name: 'name', type: 'string' };
const asset = {
  ...{ title: { en: 'Registered while things break' }, theme: 'population', shareType: 'unconditional', shareMethod: 'file' },
  ...{ elements: [element], authoritativeFor: [] },
};
const PURPOSE = 'dpv:ServiceProvision';
const HASH = '5'.repeat(64);

export interface Enrolling {
  readonly url: string;
  /** Answers the API key. */
  enrol(identity: NewIdentity): Promise<string>;
}

export async function settle(gateway: Enrolling): Promise<readonly Kind[]> {
  const tokens: string[] = [];
  for (const steward of stewards) tokens.push(await gateway.enrol(steward));
  const [household = '', ...others] = tokens;
  const post = async (token: string, path: string, body: unknown) => {
    const reply = await request(`${gateway.url}/api/v1${path}`, token, 'POST', body);
    if (reply.status !== 200 && reply.status !== 201) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const { id } = await post(household, '/assets', asset);
  await post(household, `/assets/${id}/publish`, {});
  const wish = { asset: id, elements: [element.name], purpose: PURPOSE, legalBasis: { en: 'A trial' } };
  const grants: string[] = [];
  for (const token of others) grants.push((await post(token, '/grants', wish)).id);
  const register = (token: string): Kind => ({ path: '/assets', token, body: (key) => ({ ...asset, title: { en: key } }) });
  const share = (grant: string): Kind => ({
    path: '/shares',
    token: household,
    body: (caseRef) => ({
      ...{ grant, purpose: PURPOSE, elements: [element.name], caseRef },
      ...{ payloadHash: HASH, hashAlgorithm: 'sha-256', bytes: 1, rows: 1 },
    }),
  });
  return [...tokens.map(register), ...grants.map(share)];
}
