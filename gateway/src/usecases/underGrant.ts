import type { Caller } from '@drl/chaincode/model/caller';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Asset, Distribution } from '@drl/chaincode/model/records/asset';
import type { Grant } from '@drl/chaincode/model/records/grant';
import { stewardOf } from '../delivery/provider.js';
import { ServiceError } from '../errors.js';
import type { Services } from './services.js';
import { notFound } from './visibility.js';
import type { Who } from './who.js';

/** What deliveries of data and answers to queries have in common: whose grant it is, who signs, which resource. */

export function mustBeParty({ department, roles }: Caller, { assignee, assigner }: Grant): void {
  if (department !== assignee && department !== assigner)
    throw new RuleError('NOT_YOURS', { rule: '1', given: department, accepted: `${assignee} or ${assigner}` });
  const needed = [...(department === assignee ? ['consumer' as const] : []), ...(department === assigner ? ['steward' as const] : [])];
  if (!needed.some((role) => roles.includes(role)))
    throw new RuleError('ROLE_MISSING', { rule: '1', given: roles.join(', ') || 'none', accepted: needed.join(' or ') });
}

/** Whose key signs what is handed over. */
export function providerOf({ identities }: Pick<Services, 'identities'>, who: Who, { assigner }: Grant): Who {
  if (who.caller.department === assigner && who.caller.roles.includes('steward')) return who;
  const user = stewardOf(identities, assigner);
  if (!user) throw new ServiceError('PROVIDER_NOT_HERE', { given: assigner });
  return { user, caller: who.caller };
}

/** Whether this gateway can sign for the provider. */
export function holdsProvider({ identities }: Pick<Services, 'identities'>, who: Who, { assigner }: Grant): boolean {
  return (who.caller.department === assigner && who.caller.roles.includes('steward')) || stewardOf(identities, assigner) !== undefined;
}

/** How a grant is to be used; what is left out is as granted. */
export interface AskedUse {
  readonly elements?: string[] | undefined;
  readonly purpose?: string | undefined;
  readonly actingFor?: string | undefined;
  readonly caseRef?: string | undefined;
}

export type Use = ReturnType<typeof useOf>;
export function useOf({ purpose, elements, actingFor, caseRef }: AskedUse, grant: Grant) {
  return {
    purpose: purpose ?? grant.purpose,
    elements: elements ?? grant.elements,
    ...(actingFor === undefined ? {} : { actingFor }),
    ...(caseRef === undefined ? {} : { caseRef }),
  };
}

export function distributionOf({ distributions }: Asset, name: string | undefined): Distribution {
  const accepted = distributions.map((one) => one.name).join(', ') || 'none';
  const found = name === undefined ? distributions[0] : distributions.find((one) => one.name === name);
  if (!found) throw new ServiceError('RESOURCE_MISSING', { ...(name === undefined ? {} : { given: name }), accepted });
  if (name === undefined && distributions.length > 1)
    throw new ServiceError('RESOURCE_MISSING', { given: 'no name, of several', accepted });
  return found;
}

/** As it stands on the ledger itself, which is never behind. */
export async function onLedger<T>({ ledger }: Services, { user }: Who, kind: 'asset' | 'grant' | 'share', id: string): Promise<T> {
  const text = await ledger.evaluate({ name: 'record:get', input: { kind, id } }, user.identity);
  if (text === '') throw notFound(id);
  return JSON.parse(text) as T;
}
