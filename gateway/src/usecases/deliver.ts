import { RuleError } from '@drl/chaincode/model/errors';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Grant, Mark } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { forbids } from '@drl/chaincode/model/rules/limits';
import { digestOf, type HashAlgorithm } from '../delivery/digest.js';
import { type Prepared, prepare } from '../delivery/prepare.js';
import type { Source } from '../delivery/resource.js';
import { openSource } from '../delivery/source.js';
import { ServiceError } from '../errors.js';
import { Recorder } from '../leaks/recorder.js';
import { LedgerError } from '../ledger/ledger.js';
import { Collector } from '../subjects/collector.js';
import type { Services } from './services.js';
import { type AskedUse, distributionOf, mustBeParty, onLedger, providerOf, type Use, useOf } from './underGrant.js';
import { readVisible } from './visibility.js';
import type { Who } from './who.js';
import { writeRecord } from './writeRecord.js';

/** Who may: a consumer of the department that the grant is to, or a steward of its provider. The provider's steward signs what is sent. */
export interface DeliveryRequest extends AskedUse {
  readonly grant: string;
  /** The consumer's word on the ledger, where it asked from another gateway. */
  readonly ticket?: string;
  readonly distribution?: string | undefined;
  readonly rows?: number | undefined;
  readonly hashAlgorithm: HashAlgorithm;
  readonly requestId: string;
  readonly idempotencyKey?: string;
  readonly signal: AbortSignal;
}

export interface Delivery {
  readonly share: Share;
  readonly opened: { readonly transactionId: string; readonly block: number };
  readonly mediaType: string;
  /** That the consumer finds in what it receives, as its grant allows. */
  readonly marks: readonly Mark[];
  readonly payload: AsyncIterable<Buffer>;
  /** The provider's word on what was sent, once all of it was. */
  readonly commit: (sent: Sent) => Promise<{ readonly transactionId: string; readonly block: number; readonly rows: number }>;
  /** To be called whatever came of it. */
  readonly end: () => Promise<void>;
}

export interface Sent {
  readonly payloadHash: string;
  readonly bytes: number;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Each holds a connection on either side. */
const MAX_DELIVERIES = 64;
let deliveries = 0;
/** Shares that are being delivered: under one key one at a time. */
const running = new Set<string>();

export async function deliver(services: Services, who: Who, request: DeliveryRequest): Promise<Delivery> {
  const { readModel, resources } = services;
  const grant = await readVisible(readModel, who.caller, 'grant', request.grant);
  mustBeParty(who.caller, grant);
  digestOf(request.hashAlgorithm);
  const provider = providerOf(services, who, grant);
  const use = useOf(request, grant);
  // Known to be refused: that is the ledger's to say and to record, and nothing is fetched for it. Asked of the ledger, which is never behind.
  const asset = await onLedger<Asset>(services, provider, 'asset', grant.asset);
  const now = await onLedger<Grant>(services, provider, 'grant', grant.id);
  const hopeless = forbids(new Date().toISOString(), now, asset, use) !== undefined;
  const early = hopeless ? await open(services, provider, who, request, use, request.rows ?? 0) : undefined;
  const distribution = distributionOf(asset, request.distribution);
  if (deliveries >= MAX_DELIVERIES) throw new ServiceError('DELIVERIES_EXHAUSTED', { accepted: String(MAX_DELIVERIES) });
  deliveries += 1;
  let source: Source | undefined;
  let share: string | undefined;
  const recorder = new Recorder(services.fingerprints, use.elements, now.constraints.marks ?? []);
  const collector = await Collector.open(services.subjects, asset, request.rows);
  const end = async () => {
    deliveries -= 1;
    if (share !== undefined) running.delete(share);
    await source?.close();
    await recorder.end();
    await collector.end();
  };
  try {
    source = collector.follow(await openSource(distribution.accessURL, grant.assigner, resources, request.signal), distribution);
    const prepared = await prepare(source, distribution, {
      elements: use.elements,
      all: asset.elements.map(({ name }) => name),
      exact: grant.constraints.maxRows !== undefined,
      watch: () => recorder.watch(),
      ...(request.rows === undefined ? {} : { rows: request.rows }),
    });
    request.signal.throwIfAborted();
    const opened = early ?? (await open(services, provider, who, request, use, prepared.rows));
    if (running.has(opened.record.id)) throw new ServiceError('DELIVERY_RUNNING', { given: opened.record.id });
    share = opened.record.id;
    running.add(share);
    if (request.idempotencyKey !== undefined || early) await mustStillGo(services, provider, share, prepared);
    await recorder.begin(opened.record);
    await collector.begin(share);
    return {
      share: opened.record,
      opened,
      mediaType: prepared.mediaType,
      marks: recorder.marks,
      payload: recorder.follow(prepared.payload),
      commit: (sent) => commit(services, provider, request, opened.record, prepared, recorder, collector, sent),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Takes count and rows. The key is the caller's, though the provider signs: the same key and request come to the same share. */
async function open(services: Services, provider: Who, { user }: Who, request: DeliveryRequest, use: Use, rows: number) {
  const { grant, ticket, distribution, hashAlgorithm, requestId, idempotencyKey } = request;
  const asked = { grant, distribution: distribution ?? null, use, rows: request.rows ?? null, hashAlgorithm };
  const written = await writeRecord(services, provider, {
    ...{
      name: 'share:open' as const,
      input: { grant, ...use, rows, ...(ticket === undefined ? {} : { ticket }) },
      requestId,
      keyOwner: user.identity.name,
    },
    // What was asked, not what it came to: the resource may have another number of rows at the next try.
    whole: ['POST', 'deliveries', asked],
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
  return { ...written, record: written.record as Share };
}

/**
 * A share that opened earlier, under the same key, may be delivered again until its provider has committed it: if the grant still stands, and the
 * resource has no more rows than were taken then.
 */
async function mustStillGo(services: Services, provider: Who, id: string, { rows }: Prepared): Promise<void> {
  const share = await onLedger<Share>(services, provider, 'share', id);
  if (share.status !== 'opened') throw new ServiceError('DELIVERY_OVER', { given: `${id} ${share.status}` });
  if (rows > share.rowsReserved)
    throw new ServiceError('RESOURCE_CHANGED', { given: `${rows} rows`, accepted: `at most ${share.rowsReserved}, as opened` });
  const grant = await onLedger<Grant>(services, provider, 'grant', share.grant);
  const asset = await onLedger<Asset>(services, provider, 'asset', share.asset);
  const clause = forbids(new Date().toISOString(), grant, asset, share);
  if (clause) throw new RuleError(clause.code, { rule: '6', given: clause.given, accepted: clause.accepted });
}

async function commit(
  services: Services,
  provider: Who,
  request: DeliveryRequest,
  share: Share,
  prepared: Prepared,
  recorder: Recorder,
  collector: Collector,
  sent: Sent,
) {
  const rows = prepared.sent();
  const fingerprint = await recorder.finish();
  const subjects = await collector.finish();
  const { id, grant, purpose, elements, actingFor, caseRef } = share;
  const written = await writeRecord(services, provider, {
    name: 'share:commit',
    input: {
      ...{ grant, share: id, purpose, elements, rows, ...sent, hashAlgorithm: request.hashAlgorithm },
      ...(actingFor === undefined ? {} : { actingFor }),
      ...(caseRef === undefined ? {} : { caseRef }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(subjects === undefined ? {} : { subjects }),
    },
    requestId: request.requestId,
  });
  if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
  return { transactionId: written.transactionId, block: written.block, rows };
}
