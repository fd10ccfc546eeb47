import { randomBytes } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { forbids } from '@drl/chaincode/model/rules/limits';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { digestOf, type HashAlgorithm } from '../delivery/digest.js';
import { Comparison, type Matches, normal, type Question } from '../delivery/query/compare.js';
import { eachRow } from '../delivery/query/rows.js';
import { openSource } from '../delivery/source.js';
import { ServiceError } from '../errors.js';
import { leafHash } from '../leaks/tree.js';
import { LedgerError } from '../ledger/ledger.js';
import { identifying, leafOf, tagOf } from '../subjects/tag.js';
import type { Services } from './services.js';
import { type AskedUse, distributionOf, mustBeParty, onLedger, providerOf, useOf } from './underGrant.js';
import { readVisible } from './visibility.js';
import type { Who } from './who.js';
import { writeRecord } from './writeRecord.js';

/** Who may: a consumer of the department that the grant is to. The provider's steward signs the answer, as it does a delivery. */
export interface QueryRequest extends Omit<AskedUse, 'elements'>, Question {
  readonly grant: string;
  /** The consumer's word on the ledger, where it asked from another gateway. */
  readonly ticket?: string;
  readonly distribution?: string | undefined;
  readonly hashAlgorithm: HashAlgorithm;
  readonly requestId: string;
  readonly idempotencyKey?: string;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly share: Share;
  readonly transactionId: string;
  readonly block: number;
  /** The receipt, canonical JSON: its digest is the share's. Whoever keeps it can show what was asked and what was told; its salt keeps others from trying. */
  readonly receipt: Buffer;
}

/** Each reads a whole resource. */
const MAX_QUERIES = 16;
let queries = 0;

/** Nothing is answered before the share with the answer's digest is committed; of the values nothing is kept here. */
export async function answerQuery(services: Services, who: Who, request: QueryRequest): Promise<Answered> {
  const grant = await readVisible(services.readModel, who.caller, 'grant', request.grant);
  mustAsk(who, grant);
  digestOf(request.hashAlgorithm);
  const provider = providerOf(services, who, grant);
  const asset = await onLedger<Asset>(services, provider, 'asset', grant.asset);
  const now = await onLedger<Grant>(services, provider, 'grant', grant.id);
  const use = { ...useOf({ ...request, elements: Object.keys(request.values) }, grant), method: 'query-verify' as const };
  const ticket = request.ticket === undefined ? {} : { ticket: request.ticket };
  const say = (name: 'share:open' | 'share:commit', said: object, once = true) =>
    write(services, provider, who, request, name, { grant: grant.id, ...use, ...ticket, ...said }, once);

  // Known to be refused: that is the ledger's to say and to record, and nothing is looked up for it.
  const hopeless = forbids(new Date().toISOString(), now, asset, use) !== undefined;
  const early = hopeless ? await say('share:open', { rows: 1 }) : undefined;
  mustName(asset, request);
  const forgive = await services.guesses.take({ consumer: grant.assignee, asset: asset.id }, normalised(request));
  try {
    const startedAt = new Date().toISOString();
    const matches = await lookUp(services, grant, asset, request);
    const receipt = receiptOf(services, who, request, matches);
    const payloadHash = digestOf(request.hashAlgorithm).update(receipt).digest('hex');
    const sent = { payloadHash, hashAlgorithm: request.hashAlgorithm, bytes: receipt.length, rows: 1 };
    const about = await noteSubject(services, who, asset, request);
    const times = { startedAt, endedAt: new Date().toISOString() };
    const written = await say(
      'share:commit',
      { ...(early ? { share: early.share.id } : {}), ...sent, ...times, ...about?.said },
      early === undefined,
    );
    // Asked before under the same key, and the resource says something else by now: what was told then is not kept anywhere.
    if (written.share.payloadHash !== payloadHash) throw new ServiceError('DELIVERY_OVER', { given: written.share.id });
    await about?.keep(written.share);
    if (Object.values(matches).every(Boolean)) await forgive();
    return { ...written, receipt };
  } catch (error) {
    // Nothing was told.
    await forgive();
    throw error;
  }
}

function mustAsk(who: Who, grant: Grant): void {
  mustBeParty(who.caller, grant);
  if (who.caller.department !== grant.assignee)
    throw new RuleError('NOT_YOURS', { rule: '1', given: who.caller.department, accepted: grant.assignee });
}

/** Who is asked about is said by every element that says so, and by no other: a consumer that chose them could guess with them. */
function mustName({ elements }: Asset, { subject }: Question): void {
  const needed = elements.flatMap(({ name, identifies }) => (identifies ? [name] : []));
  const given = Object.keys(subject);
  if (needed.length === 0) throw new ServiceError('QUERY_NO_SUBJECT', { accepted: 'an asset with elements that identify' });
  if (needed.length !== given.length || needed.some((name) => !given.includes(name)))
    throw new RuleError('INPUT_INVALID', {
      rule: 'schema',
      fields: [{ path: 'subject', message: `${needed.join(', ')}, and nothing else` }],
    });
}

const normalised = ({ subject }: Question) => ({
  subject: Object.fromEntries(Object.entries(subject).map(([name, value]) => [name, normal(value)])),
});

/** Reads to the end even where the subject has been found: how long it takes must not tell. */
async function lookUp({ resources }: Services, grant: Grant, asset: Asset, request: QueryRequest): Promise<Matches> {
  if (queries >= MAX_QUERIES) throw new ServiceError('DELIVERIES_EXHAUSTED', { accepted: String(MAX_QUERIES) });
  const distribution = distributionOf(asset, request.distribution);
  queries += 1;
  try {
    const source = await openSource(distribution.accessURL, grant.assigner, resources, request.signal);
    try {
      const comparison = new Comparison(request);
      const elements = [...new Set([...Object.keys(request.subject), ...Object.keys(request.values)])];
      await eachRow(source, distribution, elements, comparison.look);
      return comparison.matches();
    } finally {
      await source.close();
    }
  } finally {
    queries -= 1;
  }
}

/** Whom it is about, for that person to find: noted before it is answered, and found only once it is. */
async function noteSubject({ subjects, journal }: Services, { user }: Who, asset: Asset, { grant, subject, idempotencyKey }: QueryRequest) {
  const key = await subjects.keyOf(asset.publisher);
  const tag = tagOf(key, Object.fromEntries(identifying(asset).map(({ name, key: called }) => [called, subject[name]])));
  if (tag === undefined) return undefined;
  const salt =
    idempotencyKey === undefined
      ? randomBytes(32)
      : Buffer.from(journal.fingerprint(['person', user.identity.name, idempotencyKey, grant, subject]), 'hex');
  const leaf = leafOf(salt, tag);
  const id = randomBytes(12).toString('hex');
  await subjects.add(asset.publisher, id, 0, [tag], [leaf]);
  const root = leafHash(leaf).toString('hex');
  return {
    said: { subjects: { root, count: 1 } },
    keep: ({ id: share }: Share) => subjects.begin({ id, share, salt: salt.toString('hex') }),
  };
}

/** Under one key the salt is one too, so that the same question is answered by the same bytes. */
function receiptOf({ journal }: Services, { user }: Who, request: QueryRequest, matches: Matches): Buffer {
  const { grant, subject, values, idempotencyKey } = request;
  const salt =
    idempotencyKey === undefined
      ? randomBytes(32).toString('hex')
      : journal.fingerprint(['salt', user.identity.name, idempotencyKey, grant, subject, values]);
  return Buffer.from(canonical({ grant, subject, values, matches, salt }));
}

/** The key is the caller's, though the provider signs. */
async function write(
  services: Services,
  provider: Who,
  { user }: Who,
  request: QueryRequest,
  name: 'share:open' | 'share:commit',
  input: object,
  once: boolean,
) {
  const { requestId, idempotencyKey, signal: _, ...asked } = request;
  const written = await writeRecord(services, provider, {
    name,
    input: input as TransactionInput<typeof name>,
    requestId,
    keyOwner: user.identity.name,
    whole: ['POST', 'queries', asked],
    ...(once && idempotencyKey !== undefined ? { idempotencyKey } : {}),
  });
  if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
  return { share: written.record as Share, transactionId: written.transactionId, block: written.block };
}
