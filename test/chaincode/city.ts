import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@drl/chaincode/model/commitment';
import { type ConfidentialTerms, TRANSIENT_TERMS } from '@drl/chaincode/model/records/terms';
import { termsBytes } from '@drl/chaincode/model/rules/terms';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { readConsortium, settingsOf } from '@drl/network/consortium';
import { TestLedger } from './harness';
import { person } from './people';

/** The demonstration's consortium with a caller for each role: what most tests start from. */
const consortium = readConsortium(join(__dirname, '../../network/consortium.yaml'));
export const settings = settingsOf(consortium);

export const manager = person('BureauMSP', 'bureau-manager-1', ['manager', 'steward']);
export const household = person('PoliceMSP', 'household-steward-1', ['steward']);
export const householdConsumer = person('PoliceMSP', 'household-consumer-1', ['consumer']);
export const social = person('SocialMSP', 'social-steward-1', ['steward']);
export const socialConsumer = person('SocialMSP', 'social-consumer-1', ['consumer']);
export const tax = person('AgenciesMSP', 'tax-steward-1', ['steward'], { department: 'tax' });
export const taxConsumer = person('AgenciesMSP', 'tax-consumer-1', ['consumer'], { department: 'tax' });
export const auditor = person('AuditMSP', 'auditor-1', ['auditor'], { auditScope: 'all' });

export async function city(now?: Date): Promise<TestLedger> {
  const ledger = new TestLedger(now);
  await ledger.submit('settings:set', settings, manager);
  for (const organisation of consortium.organisations)
    for (const department of organisation.departments)
      await ledger.submit(
        'department:admit',
        { ...department, mspId: organisation.mspId } as TransactionInput<'department:admit'>,
        manager,
      );
  return ledger;
}

export const zh = (text: string) => ({ zh: text });
export const SHA = (seed: string) => seed.repeat(64).slice(0, 64);

export const population: TransactionInput<'asset:register'> = {
  title: { zh: '人口基础信息', en: 'Population register' },
  theme: 'population',
  shareType: 'conditional',
  shareCondition: zh('核验身份时'),
  shareMethod: 'file',
  elements: [
    { name: 'personId', type: 'string', personal: true },
    { name: 'name', type: 'string', personal: true },
    { name: 'secret', type: 'string', shareType: 'none' },
  ],
};

/** A published asset of the household office. */
export async function published(ledger: TestLedger, changes: Partial<TransactionInput<'asset:register'>> = {}, by = household) {
  const { id } = await ledger.write('asset', 'asset:register', { ...population, ...changes }, by);
  return ledger.write('asset', 'asset:publish', { id }, by);
}

export const ask = (asset: string): TransactionInput<'grant:request'> => ({
  asset,
  elements: ['name'],
  purpose: 'dpv:IdentityVerification',
  legalBasis: zh('社会保险法第七十四条'),
});

export async function granted(ledger: TestLedger, constraints: TransactionInput<'grant:request'>['constraints'] = {}, asset?: string) {
  const id = asset ?? (await published(ledger)).id;
  const grant = await ledger.write('grant', 'grant:request', { ...ask(id), constraints }, socialConsumer);
  return grant.status === 'active' ? grant : ledger.write('grant', 'grant:approve', { id: grant.id }, household);
}

export const sent = (grant: string, changes: Partial<TransactionInput<'share:commit'>> = {}): TransactionInput<'share:commit'> => ({
  grant,
  purpose: 'dpv:IdentityVerification',
  elements: ['name'],
  payloadHash: SHA('a'),
  hashAlgorithm: 'sha-256',
  bytes: 2048,
  rows: 10,
  ...changes,
});

/** A text with a fresh salt, as a gateway sends it. */
export function confidential(terms: ConfidentialTerms, salt: Uint8Array = randomBytes(32)) {
  const bytes = termsBytes(salt, terms);
  return { terms, salt: Buffer.from(salt).toString('hex'), termsHash: sha256(bytes), transient: { [TRANSIENT_TERMS]: bytes } };
}

export const fixture = (...path: string[]) => readFileSync(join(__dirname, 'fixtures', ...path), 'utf8');
