import { RuleError } from '@drl/chaincode/model/errors';
import { grantTerms } from '@drl/chaincode/model/records/grant';
import { confidentialTerms, disclosure, salt } from '@drl/chaincode/model/records/terms';
import { checkTerms } from '../../usecases/checkTerms.js';
import { offerTerms } from '../../usecases/offerTerms.js';
import { purgeTerms } from '../../usecases/purgeTerms.js';
import { readTerms } from '../../usecases/readTerms.js';
import { endpoint } from '../endpoint.js';
import { ledgerHeaders } from '../respond.js';
import { disclosed, termsVerdict, views } from '../schemas.js';
import { z } from '../zod.js';
import { answerOf, pendingOf, wholeOf, write } from './records.js';

/** Confidential terms of a grant. Their text is in no record, no event, no log and no journal: what stands there is its salted commitment. */

const path = '/grants/{id}/terms';
const tag = 'grants';
const parties = 'a steward of the provider, a consumer of the department that asked';
const named = grantTerms.omit({ id: true });

/** What a party was given by GET is what an auditor hands in, as it is. */
const handed = disclosure.partial({ grant: true, termsHash: true }).extend({ standing: z.string().optional() });

const step = (verb: 'accept' | 'decline', name: 'grant:acceptTerms' | 'grant:declineTerms', summary: string, who: string) =>
  write({
    ...{ path: `${path}/${verb}`, tag, summary, who, name },
    body: named,
    kind: 'grant',
    changes: 'grant',
    input: ({ termsHash }, { id }) => ({ id: id as string, termsHash }),
  });

export const terms = [
  endpoint({
    method: 'put',
    path,
    tag,
    summary: 'Offer confidential terms: the text goes to the two parties alone, its salted commitment to the grant',
    who: parties,
    body: z.strictObject({ terms: confidentialTerms, salt: salt.optional() }),
    answers: { 200: { description: 'The grant, with the offer', schema: views.grant } },
    handle: async (call, services) => {
      const { who, params, body, requestId, idempotencyKey, expectedVersion } = call;
      const grant = params.id as string;
      const written = await offerTerms(services, who, {
        ...{ grant, ...body, requestId, whole: wholeOf(call) },
        ...(expectedVersion === undefined ? {} : { expected: { kind: 'grant', id: grant, version: expectedVersion } }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return answerOf({ ...call, respondAsync: false }, services, written);
    },
  }),
  endpoint({
    method: 'get',
    path,
    tag,
    summary: 'The text and its salt: of the terms agreed, else of those offered, or of those named',
    who: 'the two parties alone; an auditor’s asking is recorded on the ledger, and answered with whom to ask',
    query: z.strictObject({ termsHash: named.shape.termsHash.optional() }),
    answers: { 200: { description: 'The terms', schema: disclosed } },
    handle: async ({ params, query, who, requestId }, services) => ({
      body: await readTerms(services, who, requestId, params.id as string, query.termsHash),
    }),
  }),
  step('accept', 'grant:acceptTerms', 'Agree to the terms that the other party offers', `${parties}: the one that did not offer them`),
  step('decline', 'grant:declineTerms', 'Decline the terms offered, or take the own offer back', parties),
  endpoint({
    method: 'post',
    path: `${path}/verify`,
    tag,
    summary: 'Hold a text and salt that a party handed over against the grant’s commitments',
    who: 'whoever sees the grant; an auditor’s check is recorded on the ledger',
    body: handed,
    answers: { 200: { description: 'Whether it is what the ledger holds the commitment of', schema: termsVerdict } },
    handle: async ({ params, body, who, requestId }, services) => {
      if (body.grant !== undefined && body.grant !== params.id)
        throw new RuleError('INPUT_INVALID', {
          rule: 'schema',
          fields: [{ path: 'grant', message: 'another grant than the address names' }],
        });
      return { body: await checkTerms(services, who, requestId, params.id as string, body) };
    },
  }),
  endpoint({
    method: 'post',
    path: `${path}/purge`,
    tag,
    summary: 'Remove the own copy of terms that are no longer in force; the commitment stays',
    who: parties,
    body: named,
    answers: { 200: { description: 'Purged', schema: disclosure.pick({ grant: true, termsHash: true }) } },
    handle: async (call, services) => {
      const { who, params, body, requestId, idempotencyKey, respondAsync } = call;
      const purged = { grant: params.id as string, termsHash: body.termsHash };
      const outcome = await purgeTerms(services, who, {
        ...{ ...purged, requestId, respondAsync, whole: wholeOf(call) },
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      if (outcome.state === 'open') return pendingOf(call, outcome.transactionId);
      const { transactionId, block } = outcome.receipt;
      return { headers: ledgerHeaders(transactionId, Number(block)), body: purged };
    },
  }),
];
