import { MAX_BUNDLE_BYTES, type Subject } from '../../evidence/format.js';
import { judgeEvidence } from '../../usecases/judgeEvidence.js';
import type { Services } from '../../usecases/services.js';
import { takeEvidence } from '../../usecases/takeEvidence.js';
import { type Call, endpoint, type Reply } from '../endpoint.js';
import { z } from '../zod.js';

const query = z.strictObject({ format: z.enum(['bundle']).optional() });
const who = 'the parties of the record, managers for assets and rights, auditors in scope (the look is recorded on the ledger)';
const answers = { 200: { description: 'The file that `drl verify` reads', schema: z.looseObject({ format: z.string() }) } };

const record = (kind: 'asset' | 'right' | 'grant' | 'share') =>
  endpoint({
    method: 'get',
    path: `/evidence/${kind}/{id}`,
    tag: 'evidence',
    summary: `Proof of every version of a ${kind}`,
    who,
    query,
    answers,
    handle: (call, services) => take(call, services, { kind, id: call.params.id as string }),
  });

export const evidence = [
  endpoint({
    method: 'get',
    path: '/evidence/transactions/{id}',
    tag: 'evidence',
    summary: 'Proof of what a transaction wrote',
    who,
    query,
    answers,
    handle: (call, services) => take(call, services, { kind: 'transaction', id: call.params.id as string }),
  }),
  ...(['asset', 'right', 'grant', 'share'] as const).map(record),
  endpoint({
    method: 'post',
    path: '/evidence/verify',
    tag: 'evidence',
    summary: 'Judge a file of evidence against this service’s trust anchors',
    who: 'every caller',
    rawBody: MAX_BUNDLE_BYTES,
    answers: {
      200: { description: 'The verdict, step by step', schema: z.looseObject({ verdict: z.enum(['proven', 'not-proven', 'unreadable']) }) },
    },
    handle: async ({ body }, services) => ({ body: await judgeEvidence(services, body as Uint8Array) }),
  }),
];

async function take({ who: caller, requestId }: Call, services: Services, subject: Subject): Promise<Reply> {
  const file = await takeEvidence(services, caller, requestId, subject);
  return {
    send: async (response) => {
      response.attachment(`${subject.kind}-${subject.id}.evidence.json`).type('application/json').send(file);
    },
  };
}
