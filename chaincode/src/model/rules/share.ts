import { workingDaysAfter } from '../calendar.js';
import { RuleError } from '../errors.js';
import type { Grant } from '../records/grant.js';
import type { Refusal, Share } from '../records/share.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustDiffer, mustFollow, mustHold, mustStand, stampOf, timely } from './act.js';
import type { Clause } from './limits.js';

/**
 * Share 共享交易: (opened →) committed → acknowledged | mismatched → resolved | void. The provider says what it sent, the consumer what it
 * received; what a void share took from its grant stays taken.
 */
type Opening = TransactionInput<'share:open'>;
type Commit = TransactionInput<'share:commit'>;

/** What fails without a trace: who is not the provider, and what makes no sense. What the grant forbids is asked afterwards (limits.ts). */
export function mustProvide(act: Act, grant: Grant, use: Opening | Commit): void {
  mustActFor(act, grant.assigner, 'steward');
  timely(act, grant);
  mustDiffer(use.elements, 'elements');
  if (use.method === 'query-verify' && use.rows !== 1) throw invalid('rows', 'a query is of one subject');
  if (!('payloadHash' in use)) return;
  mustFollow(use.startedAt, use.endedAt, 'endedAt');
  mustBeMarkedAsAgreed(grant, use);
}

/** Data is handed over as it is, but for the marks that both have agreed to; what was made up is no data, so it is counted apart. */
function mustBeMarkedAsAgreed({ constraints }: Grant, { fingerprint, rows }: Commit): void {
  if (fingerprint === undefined) return;
  const { marks = [], canaries = 0 } = fingerprint;
  const beyond = marks.filter((mark) => !constraints.marks?.includes(mark));
  if (beyond.length > 0) throw invalid('fingerprint.marks', `${constraints.marks?.join(', ') || 'none'}, as the grant allows`);
  mustDiffer(marks, 'fingerprint.marks');
  if (canaries > 0 && !marks.includes('canaries')) throw invalid('fingerprint.canaries', 'none without that mark');
  if (fingerprint.rows !== rows + canaries) throw invalid('fingerprint.rows', `${rows + canaries}, rows and canaries together`);
}

export function open(act: Act, grant: Grant, { grant: _id, rows, ...use }: Opening, useNumber: number | undefined): Share {
  return { ...begun(act, grant, useNumber), ...use, rowsReserved: rows, status: 'opened' };
}

export function commit(act: Act, grant: Grant, { grant: _id, share: _share, ...said }: Commit, useNumber: number | undefined): Share {
  return {
    ...begun(act, grant, useNumber),
    ...said,
    rowsReserved: said.rows,
    providerCommitment: commitment(act, said),
    status: 'committed',
  };
}

/** The digest of a delivery that opened before: its use stays as it was opened, or becomes less. */
export function commitOpened(act: Act, share: Share, { grant, share: _id, ...said }: Commit): Share {
  mustStand(share, 'opened');
  if (grant !== share.grant) throw invalid('grant', `the share opened under ${share.grant}`);
  if (said.purpose !== share.purpose) throw invalid('purpose', `the share opened for ${share.purpose}`);
  if (said.method !== share.method) throw invalid('method', `the share opened for ${share.method ?? 'the data itself'}`);
  if (said.ticket !== undefined && said.ticket !== share.ticket) throw invalid('ticket', `the share opened on ${share.ticket ?? 'none'}`);
  if (said.actingFor !== share.actingFor) throw invalid('actingFor', `the share opened for ${share.actingFor ?? 'the consumer itself'}`);
  if (said.elements.some((name) => !share.elements.includes(name))) throw invalid('elements', 'more than the share opened with');
  return {
    ...changed(act, share),
    ...said,
    caseRef: said.caseRef ?? share.caseRef,
    providerCommitment: commitment(act, said),
    answerDueAt: answerDue(act),
    status: 'committed',
  };
}

/** DOMAIN rule 7: unequal digests make the share mismatched, with both values kept. */
export function acknowledge(act: Act, share: Share, { payloadHash, hashAlgorithm }: TransactionInput<'share:acknowledge'>): Share {
  mustActFor(act, share.consumer, 'consumer');
  mustStand(share, 'committed');
  if (hashAlgorithm !== share.hashAlgorithm) throw invalid('hashAlgorithm', `${share.hashAlgorithm}, or the two cannot be compared`);
  const equal = payloadHash === share.payloadHash;
  return {
    ...changed(act, share),
    consumerCommitment: { payloadHash, hashAlgorithm, stamp: stampOf(act) },
    status: equal ? 'acknowledged' : 'mismatched',
  };
}

/** A mismatch is settled by the side that holds what does not match, or by the manager; the provider alone cannot settle it away. */
export function resolve(act: Act, share: Share, { resolution }: TransactionInput<'share:resolve'>): Share {
  if (!act.caller.roles.includes('manager')) mustActFor(act, share.consumer, 'consumer');
  mustStand(share, 'mismatched');
  return { ...changed(act, share), resolution, status: 'resolved' };
}

/** A delivery that broke off, or one whose mismatch the provider takes back. It gives back neither count nor rows. */
export function annul(act: Act, share: Share, { reason }: TransactionInput<'share:void'>): Share {
  if (!(act.caller.roles.includes('manager') && share.status === 'mismatched')) mustActFor(act, share.provider, 'steward');
  mustStand(share, 'opened', 'mismatched');
  return { ...changed(act, share), resolution: reason, status: 'void' };
}

/** What a refused share leaves on the ledger: a failed endorsement would leave nothing. */
export function refusal(act: Act, grant: Grant, action: 'share:open' | 'share:commit', use: Opening | Commit, clause: Clause): Refusal {
  mustHold(act, 'steward');
  return {
    ...born(act, 'refusal'),
    kind: 'refusal',
    grant: grant.id,
    asset: grant.asset,
    provider: grant.assigner,
    consumer: grant.assignee,
    action,
    purpose: use.purpose,
    elements: use.elements,
    clause: clause.code,
    given: clause.given.slice(0, 2000),
    accepted: clause.accepted.slice(0, 2000),
    status: 'refused',
  };
}

function begun(act: Act, grant: Grant, useNumber: number | undefined) {
  return {
    ...born(act, 'share'),
    kind: 'share' as const,
    grant: grant.id,
    asset: grant.asset,
    ...(grant.demand === undefined ? {} : { demand: grant.demand }),
    provider: grant.assigner,
    consumer: grant.assignee,
    ...(useNumber === undefined ? {} : { useNumber }),
    answerDueAt: answerDue(act),
  };
}

const answerDue = ({ at, settings }: Act) => workingDaysAfter(at, settings.acknowledgeWorkingDays, settings);

const commitment = (act: Act, { payloadHash, hashAlgorithm, bytes, rows }: Omit<Commit, 'grant' | 'share'>) => ({
  payloadHash,
  hashAlgorithm,
  bytes,
  rows,
  stamp: stampOf(act),
});

/** Thrown where a share is named that its caller has nothing to do with. */
export function mustBeShareOf(grant: Grant, share: Share): void {
  if (share.grant !== grant.id) throw new RuleError('NOT_FOUND', { rule: '6', given: share.id, accepted: `a share under ${grant.id}` });
}
