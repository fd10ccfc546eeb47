import { RuleError } from '@drl/chaincode/model/errors';
import { ServiceError } from '../errors.js';
import { ImportError } from '../import/errors.js';
import { type DictionaryEvent, type DictionaryOptions, importDictionary } from '../import/importDictionary.js';
import { asRule, writer } from './importCatalogue.js';
import type { Services } from './services.js';
import { isManager } from './visibility.js';
import type { Who } from './who.js';

/** Who may: a steward or manager, for the own department; a manager may adopt what it brings. */
export interface DictionaryRequest extends DictionaryOptions {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly requestId: string;
}

export async function* bringDictionary(services: Services, who: Who, request: DictionaryRequest): AsyncGenerator<DictionaryEvent> {
  const { roles } = who.caller;
  if (request.adopt && !isManager(who.caller))
    throw new RuleError('ROLE_MISSING', { rule: 'adopt', given: roles.join(', ') || 'none', accepted: 'manager' });
  try {
    yield* importDictionary(request.bytes, request, {
      write: writer(services, who, request.requestId),
      find: (id) => services.readModel.get('data-element', id),
    });
  } catch (error) {
    // An import that was cut off must not look like a whole one.
    if (services.stopping.aborted) throw new ServiceError('SHUTTING_DOWN');
    throw error instanceof ImportError ? asRule(error) : error;
  }
}
