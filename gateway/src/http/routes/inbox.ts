import { recordId } from '@drl/chaincode/model/records/common';
import { ServiceError } from '../../errors.js';
import { taskKinds } from '../../inbox/tasks.js';
import { followInbox, markRead, readInbox } from '../../usecases/readInbox.js';
import { addWebhook, listWebhooks, removeWebhook, resumeWebhook, testWebhook } from '../../usecases/webhooks.js';
import { endpoint } from '../endpoint.js';
import { eventStream } from '../eventStream.js';
import { pageOf, paging, whole } from '../query.js';
import { asOf, named, trailEntry } from '../schemas.js';
import { z } from '../zod.js';

const both = z.strictObject({ zh: z.string(), en: z.string() });
const STREAM = 'text/event-stream';

export const notice = named(
  'Notice',
  trailEntry
    .pick({ at: true, block: true, transactionId: true, action: true, outcome: true, asset: true, grant: true, clause: true })
    .extend({ id: z.string(), by: z.string(), subject: trailEntry.shape.subject.unwrap(), text: both, read: z.boolean() }),
);
const task = named(
  'Task',
  z.strictObject({
    kind: z.enum(taskKinds as [string, ...string[]]),
    subject: z.strictObject({ kind: z.string(), id: recordId }),
    since: z.string(),
    dueAt: z.string().optional(),
    urgency: z.enum(['open', 'near', 'overdue']),
    text: both,
    call: z.string().openapi({ description: 'The call that settles it' }),
  }),
);
const marked = { readThrough: z.int().openapi({ description: 'Block up to which it is read' }), unread: z.int() };
const inboxView = named(
  'Inbox',
  z.strictObject({ items: z.array(notice), nextCursor: z.string().nullable(), asOf, ...marked, waiting: z.array(task) }),
);

const trouble = z.strictObject({ since: z.string(), attempts: z.int(), error: z.string() });
const webhook = named(
  'Webhook',
  z.strictObject({
    ...{ id: z.string(), department: z.string(), url: z.string(), createdAt: z.string(), createdBy: z.string() },
    ...{ status: z.enum(['active', 'failing', 'stopped']), nextBlock: z.int() },
    failing: trouble.optional(),
    stopped: z.strictObject({ at: z.string(), error: z.string() }).optional(),
    secret: z.string().optional().openapi({ description: 'Shown once: to whoever made it, when it was made' }),
  }),
);
const nothing = z.strictObject({});
const keeper = 'a steward or manager, for the own department';

export const inbox = [
  endpoint({
    method: 'get',
    path: '/inbox',
    tag: 'inbox',
    summary: `What waits for my department, and what it was told; with Accept: ${STREAM} the notices as they come, resumable by block`,
    who: 'every caller, for the own department',
    query: z.strictObject({ ...paging, from: whole(0).optional() }),
    answers: { 200: { description: 'The inbox', schema: inboxView, also: [STREAM] } },
    handle: async (call, services) => {
      const wanted = call.request.accepts(['application/json', STREAM]);
      if (wanted === false) throw new ServiceError('NOT_ACCEPTABLE', { accepted: `application/json, ${STREAM}` });
      const { who, query } = call;
      if (wanted !== STREAM) return { body: await readInbox(services, who, pageOf(query)) };
      return eventStream(call, services, async function* (from, signal) {
        for await (const { block, notice: data } of followInbox(services.readModel, who.caller, from, signal))
          yield { id: block, event: 'notice', data };
      });
    },
  }),
  endpoint({
    method: 'post',
    path: '/inbox/read',
    tag: 'inbox',
    summary: 'Mark what was told up to a block as read',
    who: 'every caller, for themselves',
    body: z.strictObject({ through: z.int().min(0) }),
    answers: { 200: { description: 'How far it is read now', schema: named('ReadMark', z.strictObject(marked)) } },
    handle: async ({ body, who }, services) => ({ body: await markRead(services, who, body.through) }),
  }),
  endpoint({
    method: 'get',
    path: '/webhooks',
    tag: 'inbox',
    summary: 'Where my department is told by HTTP',
    who: keeper,
    answers: { 200: { description: 'All of them', schema: named('Webhooks', z.strictObject({ items: z.array(webhook) })) } },
    handle: async ({ who }, services) => ({ body: { items: listWebhooks(services, who) } }),
  }),
  endpoint({
    method: 'post',
    path: '/webhooks',
    tag: 'inbox',
    summary: 'Tell this address from now on, signed as Standard Webhooks says',
    who: keeper,
    body: z.strictObject({ url: z.string().min(1).max(2000) }),
    answers: { 201: { description: 'The webhook, with its secret', schema: webhook } },
    handle: async ({ body, who }, services) => ({ status: 201, body: await addWebhook(services, who, body.url) }),
  }),
  endpoint({
    method: 'post',
    path: '/webhooks/{id}/test',
    tag: 'inbox',
    summary: 'Send a message that means nothing',
    who: keeper,
    body: nothing,
    answers: {
      200: {
        description: 'Whether it was taken',
        schema: named('WebhookTest', z.strictObject({ taken: z.boolean(), status: z.int().optional(), error: z.string().optional() })),
      },
    },
    handle: async ({ params, who, signal }, services) => ({ body: await testWebhook(services, who, params.id as string, signal) }),
  }),
  endpoint({
    method: 'post',
    path: '/webhooks/{id}/resume',
    tag: 'inbox',
    summary: 'Go on where a stopped webhook ended',
    who: keeper,
    body: nothing,
    answers: { 200: { description: 'The webhook', schema: webhook } },
    handle: async ({ params, who }, services) => ({ body: await resumeWebhook(services, who, params.id as string) }),
  }),
  endpoint({
    method: 'post',
    path: '/webhooks/{id}/remove',
    tag: 'inbox',
    summary: 'Tell this address no more',
    who: keeper,
    body: nothing,
    answers: { 200: { description: 'The webhook that was', schema: webhook } },
    handle: async ({ params, who }, services) => ({ body: await removeWebhook(services, who, params.id as string) }),
  }),
];
