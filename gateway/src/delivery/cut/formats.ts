import { CsvCutter } from './csv.js';
import type { Cut, Cutter } from './cutter.js';
import { JsonCutter } from './json.js';
import { NdjsonCutter } from './ndjson.js';

export interface Format {
  readonly mediaType: string;
  readonly make: (cut: Cut) => Cutter;
}

const FORMATS: Readonly<Record<string, Format>> = {
  csv: { mediaType: 'text/csv', make: (cut) => new CsvCutter(cut) },
  json: { mediaType: 'application/json', make: (cut) => new JsonCutter(cut) },
  ndjson: { mediaType: 'application/x-ndjson', make: (cut) => new NdjsonCutter(cut) },
};
const BY_MEDIA_TYPE: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'application/json': 'json',
  'text/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/json-lines': 'ndjson',
};
const BY_ENDING: Readonly<Record<string, string>> = { csv: 'csv', json: 'json', ndjson: 'ndjson', jsonl: 'ndjson' };

/** The format, as the ledger says it, else as its server does, else as its name ends; undefined: nothing that can be cut. */
export function formatOf(mediaType: string | undefined, served: string | undefined, accessURL: string): Format | undefined {
  const said = mediaType ?? served;
  const type = said?.split(';')[0]?.trim().toLowerCase();
  const ending = /\.([a-z]+)(?:[?#].*)?$/i.exec(accessURL)?.[1]?.toLowerCase() ?? '';
  const vague = type === undefined || type === 'application/octet-stream' || type === 'text/plain';
  return FORMATS[(vague ? BY_ENDING[ending] : BY_MEDIA_TYPE[type]) ?? ''];
}
