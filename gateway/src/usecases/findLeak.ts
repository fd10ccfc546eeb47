import { createHash } from 'node:crypto';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Share } from '@drl/chaincode/model/records/share';
import { ServiceError } from '../errors.js';
import type { Kept } from '../leaks/fingerprints.js';
import { readSample, type Sample, type SampleType, sampleOf } from '../leaks/sample.js';
import { type Search, searchLeak, type Traced } from '../leaks/search.js';
import { type Standing, statementOn } from '../leaks/statement.js';
import type { AsOf } from '../readmodel/readmodel.js';
import { departmentsOf } from './auditScope.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { mayAuditAll, notFound, notYours } from './visibility.js';
import type { Who } from './who.js';

/** Who may: an auditor in scope, whose look is recorded before it is answered; a department, for its own assets. Which deliveries found rows came from. */
export interface LeakQuestion {
  /** Of this asset alone. */
  readonly asset?: string;
  readonly found:
    | { readonly digest: string }
    | { readonly record: Readonly<Record<string, string>> }
    | { readonly type: SampleType; readonly bytes: AsyncIterable<Buffer> };
}

const PAGE = 200;
/** Each holds its sample in memory, and reads all tags in reach. */
const MAX_SEARCHES = 4;
let searching = 0;

export async function findLeak(services: Services, who: Who, requestId: string, question: LeakQuestion) {
  if (searching >= MAX_SEARCHES) throw new ServiceError('SEARCHES_EXHAUSTED', { accepted: String(MAX_SEARCHES) });
  searching += 1;
  try {
    return await search(services, who, requestId, question);
  } finally {
    searching -= 1;
  }
}

async function search(services: Services, who: Who, requestId: string, { asset, found }: LeakQuestion) {
  const { readModel } = services;
  const asOf = readModel.asOf() as AsOf;
  const look = { action: 'leak' as const, asOf };
  const about = asset === undefined ? undefined : await readModel.get('asset', asset);
  if (about && !mayLook(who, about)) return refuseLook(services, who, requestId, { ...look, asked: { asset } }, notYours(who.caller));
  if (asset !== undefined && !about) {
    await recordLook(services, who, requestId, { ...look, asked: { asset }, resultCount: 0, outcome: 'answered' });
    throw notFound(asset);
  }
  const { digest, samples } = await read(found);
  const reach = await reachOf(services, who, asset);
  const searches: Search[] = [];
  for (const sample of samples) searches.push(await searchLeak(services.fingerprints, reach.kept, sample));
  const deliveries = await told(services, best(searches));
  const sameBytes = digest === undefined ? [] : await sharesOf(services, digest, reach.mayLook);
  const rows = searches.reduce((sum, search) => sum + search.rows, 0);
  const asked = { ...(asset === undefined ? {} : { asset }), ...(digest === undefined ? { record: true } : { digest }), rows };
  await recordLook(services, who, requestId, { ...look, asked, resultCount: deliveries.length + sameBytes.length, outcome: 'answered' });
  return {
    asOf,
    sample: {
      ...(digest === undefined ? {} : { digest }),
      lines: samples.reduce((sum, { order }) => sum + order.length, 0),
      differentRows: rows,
      columns: [...new Set(searches.flatMap(({ columns }) => columns))],
      unknownColumns: [...new Set(searches.flatMap(({ unknownColumns }) => unknownColumns))],
    },
    deliveriesAsked: reach.kept.length,
    deliveriesGone: reach.gone,
    sameBytes: sameBytes.map(({ id, provider, consumer }) => ({ share: id, provider, consumer, confidence: 1 / sameBytes.length })),
    deliveries,
    statement: statementOn(deliveries, sameBytes.length),
  };
}

function mayLook({ caller }: Who, asset: Asset): boolean {
  return mayAuditAll(caller) || departmentsOf(caller).includes(asset.publisher);
}

async function read(found: LeakQuestion['found']): Promise<{ readonly digest?: string; readonly samples: readonly Sample[] }> {
  if ('digest' in found) return { digest: found.digest, samples: [] };
  if ('record' in found) return { samples: sampleOf(found.record) };
  const hash = createHash('sha256');
  const samples = await readSample(
    found.type,
    hashed(found.bytes, (chunk) => hash.update(chunk)),
  );
  return { digest: hash.digest('hex'), samples };
}

async function* hashed(bytes: AsyncIterable<Buffer>, seen: (chunk: Buffer) => unknown): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    seen(chunk);
    yield chunk;
  }
}

/** The deliveries of this gateway that the caller may hold a sample against. */
async function reachOf({ readModel, fingerprints }: Services, who: Who, asset: string | undefined) {
  const known = new Map<string, boolean>();
  const may = async (id: string) => {
    const record = known.has(id) ? undefined : await readModel.get('asset', id);
    if (record) known.set(id, mayLook(who, record));
    return known.get(id) ?? false;
  };
  const kept: Kept[] = [];
  let gone = 0;
  for await (const one of fingerprints.all(asset)) {
    if (!(await may(one.asset))) continue;
    if (fingerprints.has(one)) kept.push(one);
    else gone += 1;
  }
  return { kept, gone, mayLook: may };
}

/** Rows of several forms are searched one by one: of each delivery the finding counts that says most. */
function best(searches: readonly Search[]): readonly Traced[] {
  const all = new Map<string, Traced>();
  for (const traced of searches.flatMap(({ traced }) => traced)) {
    const other = all.get(traced.id);
    if (other === undefined || traced.confidence > other.confidence) all.set(traced.id, traced);
  }
  return [...all.values()].sort((a, b) => b.confidence - a.confidence);
}

export interface ToldDelivery extends Standing {
  readonly share: string;
  readonly asset: string;
  readonly grant: string;
  readonly provider: string;
  readonly status: string;
  readonly at: string;
  /** Of the provider's commitment. */
  readonly transactionId?: string;
  readonly block?: number;
  /** Whether the ledger holds the root of what was matched: not of a try that broke off. */
  readonly onLedger: boolean;
  readonly rows: { readonly found: number; readonly delivered?: number };
  readonly canaries?: { readonly found: number; readonly of: number; readonly expected: number };
  readonly order?: { readonly pairs: number; readonly agreeing: number };
  readonly falseAccusation?: number;
  readonly proof?: Traced['proof'];
}

async function told({ readModel }: Services, traced: readonly Traced[]): Promise<readonly ToldDelivery[]> {
  const all = traced.map(async ({ kept, finding, confidence, falseAccusation, found, marks, proof }): Promise<ToldDelivery | undefined> => {
    const share = await readModel.get('share', kept.share);
    if (!share) return undefined;
    const commit = (await readModel.writers('share', share.id)).find(({ action }) => action === 'share:commit');
    const onLedger = share.fingerprint !== undefined && share.fingerprint.root === kept.fingerprint?.root;
    return {
      ...{ share: share.id, asset: share.asset, grant: share.grant, provider: share.provider, consumer: share.consumer },
      ...{ status: share.status, at: kept.startedAt, onLedger },
      ...(commit === undefined ? {} : { transactionId: commit.transactionId, block: commit.block }),
      ...{ finding, confidence },
      ...(falseAccusation === undefined ? {} : { falseAccusation }),
      rows: { found, ...(kept.fingerprint ? { delivered: kept.fingerprint.rows } : {}) },
      ...(marks?.canaries ? { canaries: marks.canaries } : {}),
      ...(marks?.order ? { order: marks.order } : {}),
      ...(proof && onLedger ? { proof } : {}),
    };
  });
  return (await Promise.all(all)).filter((one) => one !== undefined);
}

async function sharesOf({ readModel }: Services, payloadHash: string, mayLook: (asset: string) => Promise<boolean>): Promise<Share[]> {
  const shares: Share[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await readModel.list('share', { payloadHash }, { limit: PAGE, ...(cursor ? { cursor } : {}) });
    for (const share of page.items) if (await mayLook(share.asset)) shares.push(share);
    cursor = page.nextCursor;
  }
  return shares;
}
