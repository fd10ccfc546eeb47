import type { Distribution } from '@drl/chaincode/model/records/asset';
import { ServiceError } from '../../errors.js';
import type { OnRow } from '../cut/cutter.js';
import { formatOf } from '../cut/formats.js';
import { checked } from '../prepare.js';
import type { Source } from '../resource.js';

/** Reads the whole resource row by row, of which only the named elements, holding one chunk at a time. */
export async function eachRow(source: Source, distribution: Distribution, elements: readonly string[], onRow: OnRow): Promise<void> {
  const format = formatOf(distribution.mediaType, source.mediaType, distribution.accessURL);
  if (!format) throw new ServiceError('RESOURCE_NOT_CUTTABLE', { accepted: 'CSV, JSON, NDJSON' });
  const cutter = format.make({ elements, limit: Number.POSITIVE_INFINITY, onRow });
  for await (const chunk of checked(source, distribution, cutter)) cutter.write(chunk);
  cutter.end();
}
