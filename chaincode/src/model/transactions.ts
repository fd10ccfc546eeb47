import type { z } from 'zod';
import { assetAttach, assetRegister, assetRevise, assetStep } from './records/asset.js';
import { auditQueryInput } from './records/auditQuery.js';
import { dataElementAdopt, dataElementPropose, dataElementRetire, dataElementReturn, dataElementRevise } from './records/dataElement.js';
import { demandFile, demandFulfil, demandJoin, demandMatch, demandReject, demandStep } from './records/demand.js';
import { departmentAdmit, departmentPassOn, departmentRename, departmentSucceed, settingsInput } from './records/department.js';
import { derivationRecord } from './records/derivation.js';
import { disputeAnswer, disputeClose, disputeDecide, disputeFreeze, disputeOpen, disputeStep, disputeSubmit } from './records/dispute.js';
import { feedbackDecide, feedbackRaise, feedbackReasoned, feedbackStep } from './records/feedback.js';
import { grantApprove, grantDisclose, grantReasoned, grantRequest, grantResubmit, grantStep, grantTerms } from './records/grant.js';
import { planMake, planRevise } from './records/plan.js';
import { ratingGive } from './records/rating.js';
import { rightClaim, rightContest, rightOffer, rightStep } from './records/right.js';
import { shareAcknowledge, shareCommit, shareOpen, shareResolve, shareVoid } from './records/share.js';
import { termsNamed } from './records/terms.js';
import { ticketIssue } from './records/ticket.js';

/**
 * Every transaction of the contracts, with the schema of its input: the closed list that chain, gateway and OpenAPI share.
 * A name is `contract:function`, as fabric-contract-api dispatches it. The one argument is canonical JSON of `TransactionArgument`.
 */
export const transactions = {
  'settings:set': settingsInput,
  'department:admit': departmentAdmit,
  'department:rename': departmentRename,
  'department:succeed': departmentSucceed,
  'department:passOn': departmentPassOn,
  'data-element:propose': dataElementPropose,
  'data-element:revise': dataElementRevise,
  'data-element:adopt': dataElementAdopt,
  'data-element:return': dataElementReturn,
  'data-element:retire': dataElementRetire,
  'asset:register': assetRegister,
  'asset:revise': assetRevise,
  'asset:attach': assetAttach,
  'asset:publish': assetStep,
  'asset:suspend': assetStep,
  'asset:resume': assetStep,
  'asset:retire': assetStep,
  'derivation:record': derivationRecord,
  'right:claim': rightClaim,
  'right:confirm': rightStep,
  'right:contest': rightContest,
  'right:offer': rightOffer,
  'right:accept': rightStep,
  'right:decline': rightStep,
  'demand:file': demandFile,
  'demand:match': demandMatch,
  'demand:reject': demandReject,
  'demand:withdraw': demandStep,
  'demand:fulfil': demandFulfil,
  'demand:join': demandJoin,
  'joining:withdraw': demandStep,
  'joining:fulfil': demandFulfil,
  'grant:request': grantRequest,
  'grant:approve': grantApprove,
  'grant:refuse': grantReasoned,
  'grant:return': grantReasoned,
  'grant:resubmit': grantResubmit,
  'grant:withdraw': grantStep,
  'grant:suspend': grantReasoned,
  'grant:resume': grantStep,
  'grant:revoke': grantReasoned,
  'grant:disclose': grantDisclose,
  'grant:offerTerms': grantTerms,
  'grant:acceptTerms': grantTerms,
  'grant:declineTerms': grantTerms,
  /** Write private data alone, and no record: the text goes by transient data, endorsed by the parties and nobody else. */
  'terms:write': termsNamed,
  'terms:purge': termsNamed,
  'ticket:issue': ticketIssue,
  'share:open': shareOpen,
  'share:commit': shareCommit,
  'share:acknowledge': shareAcknowledge,
  'share:resolve': shareResolve,
  'share:void': shareVoid,
  'rating:give': ratingGive,
  'feedback:raise': feedbackRaise,
  'feedback:accept': feedbackStep,
  'feedback:contest': feedbackReasoned,
  'feedback:fix': feedbackStep,
  'feedback:confirm': feedbackStep,
  'feedback:reopen': feedbackReasoned,
  'feedback:withdraw': feedbackStep,
  'feedback:decide': feedbackDecide,
  'dispute:open': disputeOpen,
  'dispute:answer': disputeAnswer,
  'dispute:submit': disputeSubmit,
  'dispute:escalate': disputeStep,
  'dispute:decide': disputeDecide,
  'dispute:close': disputeClose,
  'dispute:freeze': disputeFreeze,
  'dispute:release': disputeFreeze,
  'plan:make': planMake,
  'plan:revise': planRevise,
  'audit:record': auditQueryInput,
} as const;

export type TransactionName = keyof typeof transactions;
export type TransactionInput<N extends TransactionName> = z.infer<(typeof transactions)[N]>;

/** What travels as the single argument of an invocation. */
export interface TransactionArgument<N extends TransactionName = TransactionName> {
  readonly input: TransactionInput<N>;
  readonly requestId?: string;
}

/**
 * Every read of the contracts: evaluated on one peer, never ordered. `caller:whoami` answers the Caller that the ledger takes the signer for;
 * `record:get` answers a record's canonical JSON by kind and id, or the empty string; `terms:read` answers a party a text that it holds: never
 * submit it, since a block keeps what a submitted read answers.
 */
export const queryNames = ['caller:whoami', 'record:get', 'terms:read'] as const;
export type QueryName = (typeof queryNames)[number];
