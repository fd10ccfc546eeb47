import { gunzipSync } from 'node:zlib';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Request } from 'express';
import { ImportError } from '../../import/errors.js';
import { isEncoding, type Mapping, readMapping, shipped, shippedMapping } from '../../import/mapping.js';
import { importCatalogue } from '../../usecases/importCatalogue.js';
import { bringDictionary } from '../../usecases/importDictionary.js';
import { type Endpoint, endpoint, type Reply } from '../endpoint.js';
import { text } from '../query.js';
import { LINES, streamed } from '../streamed.js';
import { z } from '../zod.js';

/** `POST /assets:import`: a catalogue file as it streams in, told line by line (newline-delimited JSON) as it streams out. */

const yes = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((value) => value !== 'false' && value !== '0')
  .openapi({ type: 'boolean' });
const query = z.strictObject({
  /** A shipped mapping by name; of one's own, the header Import-Mapping carries the YAML, gzip in base64url. */
  mapping: text.optional(),
  file: text.optional(),
  admit: yes.optional(),
  remap: yes.optional(),
});
const encoding = text.refine(isEncoding, 'an encoding of the WHATWG list, e.g. gb18030');
const MAX_MAPPING = 1024 * 1024;

export const imports: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/assets:import',
    tag: 'assets',
    summary: 'Register or revise the assets that a catalogue file lists, by a mapping',
    who: 'a steward, for its own department; a manager for many with admit, where the ledger is embedded',
    query,
    streams: ['text/csv', 'application/ld+json', 'application/json'],
    answers: {
      200: {
        description: 'One JSON object a line: start, department, row, warning, dropped, summary',
        mediaType: LINES,
      },
    },
    handle: async (call, services): Promise<Reply> => {
      const { who, request, requestId, language, signal } = call;
      const json = Boolean(request.is(['application/ld+json', 'application/json']));
      const mapping = mappingOf(request, call.query.mapping ?? (json ? 'dcat' : undefined));
      const events = importCatalogue(services, who, {
        ...{ bytes: request, mapping, requestId, language, admit: call.query.admit ?? false, remap: call.query.remap ?? false },
        file: call.query.file ?? (json ? 'catalogue.jsonld' : 'catalogue.csv'),
        signal: AbortSignal.any([signal, services.stopping]),
      });
      // What is wrong with file or mapping as a whole shows before the first row: an answer of its own, not a line in a good one.
      return streamed(events, 2, call);
    },
  }),
];

const dictionary = z.strictObject({ file: text.optional(), adopt: yes.optional(), encoding: encoding.optional() });

export const dictionaryImport: Endpoint = endpoint({
  method: 'post',
  path: '/data-elements:import',
  tag: 'data-elements',
  summary: 'Propose or revise the data elements that a CSV file lists',
  who: 'a steward or manager, for the own department; a manager may adopt them too',
  query: dictionary,
  streams: ['text/csv'],
  answers: { 200: { description: 'One JSON object a line: start, row, dropped, summary', mediaType: LINES } },
  handle: async (call, services): Promise<Reply> => {
    const { who, request, requestId, language, signal } = call;
    const events = bringDictionary(services, who, {
      ...{ bytes: request, requestId, language, adopt: call.query.adopt ?? false },
      ...{ file: call.query.file ?? 'dictionary.csv', encoding: call.query.encoding ?? 'utf-8' },
      signal: AbortSignal.any([signal, services.stopping]),
    });
    return streamed(events, 2, call);
  },
});

function mappingOf(request: Request, name: string | undefined): Mapping {
  const inline = request.get('Import-Mapping');
  try {
    if (inline === undefined && name === undefined) throw new ImportError('MAPPING_UNKNOWN', { accepted: shipped.join(', ') });
    return inline === undefined ? shippedMapping(name as string) : readMapping(unpack(inline), name ?? 'Import-Mapping');
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new RuleError('INPUT_INVALID', { rule: `import ${error.code}`, ...error.detail });
  }
}

function unpack(inline: string): string {
  try {
    return gunzipSync(Buffer.from(inline, 'base64url'), { maxOutputLength: MAX_MAPPING }).toString('utf8');
  } catch {
    throw new ImportError('MAPPING_INVALID', { accepted: 'Import-Mapping: base64url of gzip of YAML' });
  }
}
