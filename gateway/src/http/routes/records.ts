import type { RecordKind } from '@drl/chaincode/model/records/index';
import { type TransactionInput, type TransactionName, transactions } from '@drl/chaincode/model/transactions';
import type { Filters } from '../../readmodel/readmodel.js';
import { now, present, presentAll } from '../../usecases/present.js';
import { withReachability } from '../../usecases/reachability.js';
import { readHistory } from '../../usecases/readHistory.js';
import type { Services } from '../../usecases/services.js';
import { readVisible, visibleTo } from '../../usecases/visibility.js';
import { type WriteRequest, type Written, writeRecord } from '../../usecases/writeRecord.js';
import { type Call, type Endpoint, endpoint, type Reply } from '../endpoint.js';
import { etagOf } from '../etag.js';
import { filterOf, pageOf, paging } from '../query.js';
import { API, ledgerHeaders, transactionAddress } from '../respond.js';
import { listOf, views } from '../schemas.js';
import { z } from '../zod.js';

/** The habits that all records share: one to read, many to list, one to write. */

/** `/assets` → the record with its ETag. */
export function readOne(kind: RecordKind, plural: string, who: string, query?: z.ZodObject): Endpoint {
  return endpoint({
    method: 'get',
    path: `/${plural}/{id}`,
    tag: plural,
    summary: `One ${kind}`,
    who,
    ...(query ? { query } : {}),
    answers: { 200: { description: `The ${kind}`, schema: views[kind] } },
    handle: async ({ params, query: asked, who: { caller } }, { readModel, probes }) => {
      const record = await readVisible(readModel, caller, kind, params.id as string, asked.version as number | undefined);
      const presented = await present(readModel, caller, record, now());
      return { headers: { ETag: etagOf(record, presented.derived) }, body: withReachability(probes, record, presented.record) };
    },
  });
}

/**
 * `GET /assets?…`: pages stay full, since what the caller may not see is left out while reading. `openly`: of an asset that is named, what
 * whoever sees the asset may read.
 */
export function readMany<K extends RecordKind>(kind: K, plural: string, who: string, filters: z.ZodRawShape, openly = false): Endpoint {
  return endpoint({
    method: 'get',
    path: `/${plural}`,
    tag: plural,
    summary: `List ${plural}`,
    who,
    query: z.strictObject({ ...filters, ...paging }),
    answers: { 200: { description: 'A page', schema: listOf(String(views[kind].meta()?.id ?? kind), views[kind]) } },
    handle: async ({ query, who: { caller } }, { readModel, probes }) => {
      const { asset } = query as { readonly asset?: string };
      const ofAsset = openly && asset !== undefined ? await readVisible(readModel, caller, 'asset', asset) : undefined;
      const page = await readModel.list(kind, filterOf(query) as Filters[K], pageOf(query), ofAsset ? undefined : visibleTo(caller));
      const shown = await presentAll(readModel, caller, page.items, now());
      return {
        body: { ...page, items: page.items.map((record, i) => withReachability(probes, record, shown[i] as Record<string, unknown>)) },
      };
    },
  });
}

/** `/assets/{id}/history` */
export function readVersions(kind: RecordKind, plural: string, who: string): Endpoint {
  return endpoint({
    method: 'get',
    path: `/${plural}/{id}/history`,
    tag: plural,
    summary: 'Every version of it, newest first',
    who,
    query: z.strictObject(paging),
    answers: { 200: { description: 'A page', schema: listOf(String(views[kind].meta()?.id ?? kind), views[kind]) } },
    handle: async ({ params, query, who: { caller } }, services) => ({
      body: await readHistory(services, caller, kind, params.id as string, pageOf(query)),
    }),
  });
}

interface WriteDeclared<N extends TransactionName, B extends z.ZodType> {
  readonly method?: 'post' | 'put' | 'patch';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly who: string;
  readonly name: N;
  readonly body: B;
  /** What is answered. */
  readonly kind: RecordKind;
  /** Plural of the created record's address: 201 and Location. Absent: 200. */
  readonly creates?: string;
  /** The record named in the path, that If-Match speaks of. */
  readonly changes?: RecordKind;
  readonly input: (body: z.infer<B>, params: Readonly<Record<string, string>>) => TransactionInput<N>;
}

export function write<N extends TransactionName, B extends z.ZodType>(declared: WriteDeclared<N, B>): Endpoint {
  const { name, kind, creates, changes, input, method = 'post', ...rest } = declared;
  const status = creates ? 201 : 200;
  return endpoint({
    ...rest,
    method,
    answers: { [status]: { description: `The ${kind}, committed`, schema: views[kind] } },
    handle: (call, services) => {
      const id = call.params.id;
      const expected =
        changes && id !== undefined && call.expectedVersion !== undefined
          ? { kind: changes, id, version: call.expectedVersion }
          : undefined;
      return answerWrite(call, services, creates, {
        name,
        input: input(call.body, call.params),
        ...(expected ? { expected } : {}),
      });
    },
  });
}

/** `/grants/{id}/approve`: the transaction's input without what the address and If-Match say. `answers`: a record beside the changed one. */
export function step(kind: RecordKind, plural: string, name: TransactionName, summary: string, who: string, answers = kind): Endpoint {
  const schema = transactions[name] as z.ZodObject;
  return write({
    path: `/${plural}/{id}/${name.split(':')[1]}`,
    tag: plural,
    summary,
    who,
    name,
    body: schema.omit(
      Object.fromEntries(['id', 'expectedVersion'].filter((field) => field in schema.shape).map((field) => [field, true])) as never,
    ),
    kind: answers,
    changes: kind,
    // The schema that is sent is the schema that was parsed, but for the id that the address holds.
    input: (body, { id }) => ({ ...body, id }) as unknown as TransactionInput<TransactionName>,
  });
}

async function answerWrite(
  call: Call,
  services: Services,
  creates: string | undefined,
  write: Pick<WriteRequest, 'name' | 'input' | 'expected'>,
): Promise<Reply> {
  const { who, requestId, idempotencyKey, respondAsync } = call;
  const written = await writeRecord(services, who, {
    ...write,
    requestId,
    respondAsync,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    whole: wholeOf(call),
  });
  return answerOf(call, services, written, creates);
}

/** What an Idempotency-Key stands for. */
export function wholeOf({ request, body }: Call): unknown {
  return [request.method, request.path, body];
}

export async function answerOf({ who, respondAsync }: Call, services: Services, written: Written, creates?: string): Promise<Reply> {
  if (written.state === 'open') return pendingOf({ respondAsync }, written.transactionId);
  const { record, transactionId, block } = written;
  const presented = await present(services.readModel, who.caller, record, { at: record.updated.at, asOfBlock: block });
  return {
    status: creates ? 201 : 200,
    headers: {
      ...ledgerHeaders(transactionId, block),
      ETag: etagOf(record, presented.derived),
      ...(creates ? { Location: `${API}/${creates}/${record.id}` } : {}),
    },
    body: presented.record,
  };
}

/** Not decided yet, or promised for later. */
export function pendingOf({ respondAsync }: Pick<Call, 'respondAsync'>, transactionId: string): Reply {
  const address = transactionAddress(transactionId);
  return {
    status: 202,
    headers: { Location: address, ...(respondAsync ? { 'Preference-Applied': 'respond-async' } : {}) },
    body: { transactionId, status: 'pending', location: address },
  };
}
