import { createHash } from 'node:crypto';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Feedback } from '@drl/chaincode/model/records/feedback';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { type Add, type Ids, MANAGER, type MomentReader, steward } from './cast.js';

/** What the demonstration's departments said of each other's data, and what they could not agree on (scripts/demo/complaints.yaml). */
type Moment = Parameters<MomentReader>[0];

interface Said {
  readonly at: Moment;
  /** The department that acts. */
  readonly by: string;
}

export interface DemoFeedback extends Said, Pick<Feedback, 'dimension' | 'severity' | 'description'> {
  readonly key: string;
  readonly asset: string;
  readonly steps?: readonly (Partial<Said> & {
    readonly at: Moment;
    readonly do: 'accept' | 'contest' | 'fix' | 'confirm' | 'reopen' | 'withdraw' | 'decide';
    readonly reason?: Localized;
    readonly outcome?: TransactionInput<'feedback:decide'>['outcome'];
  })[];
}

export interface DemoRating extends Said {
  readonly grant: string;
  /** Its place among the grant's shares. */
  readonly share: number;
  readonly score: number;
  readonly comment?: Localized;
}

interface DisputeStep extends Said {
  readonly do: 'answer' | 'submit' | 'escalate' | 'decide' | 'close';
  readonly text?: Localized;
  /** What it is; its digest stands for it. */
  readonly evidence?: Localized;
  readonly outcome?: 'upheld' | 'dismissed';
  readonly ruling?: Localized;
  readonly remedy?: Localized;
  readonly reason?: Localized;
}

export type DemoDispute = { readonly steps?: readonly DisputeStep[] } & (
  | { readonly conflict: string }
  | (Said & {
      readonly key: string;
      readonly grant: string;
      readonly claim: Localized;
      readonly evidence?: Localized;
      readonly freeze?: boolean;
    })
);

export interface DemoComplaints {
  readonly feedback: readonly DemoFeedback[];
  readonly ratings: readonly DemoRating[];
  readonly disputes: readonly DemoDispute[];
}

const BUREAU = 'data-bureau';
const actor = (department: string) => (department === BUREAU ? MANAGER : steward(department));

/** `publisherOf`: the department of an asset of the demonstration. */
export function complaintSteps(
  { feedback, ratings, disputes }: DemoComplaints,
  publisherOf: (asset: string) => string,
  moment: MomentReader,
  add: Add,
): void {
  for (const one of feedback) feedbackSteps(one, publisherOf(one.asset), moment, add);
  for (const { grant, share, by, at, ...said } of ratings)
    add(moment(at), steward(by), 'rating:give', (ids) => ({ share: ids(`${grant} ${share}`), ...said }));
  for (const one of disputes) disputeSteps(one, moment, add);
}

function feedbackSteps({ key, asset, by, at, steps = [], ...said }: DemoFeedback, publisher: string, moment: MomentReader, add: Add): void {
  add(moment(at), steward(by), 'feedback:raise', (ids) => ({ asset: ids(asset), ...said }), key);
  for (const { at: when, do: verb, by: who = publisher, ...rest } of steps)
    add(moment(when), actor(who), `feedback:${verb}`, (ids) => ({ id: ids(key), ...rest }) as TransactionInput<'feedback:decide'>);
}

function disputeSteps(dispute: DemoDispute, moment: MomentReader, add: Add): void {
  if ('key' in dispute) {
    const { key, grant, by, at, claim, evidence, freeze } = dispute;
    const more = { claim, ...shown(evidence), ...(freeze ? { freeze } : {}) };
    add(moment(at), steward(by), 'dispute:open', (ids) => ({ subject: { kind: 'grant', id: ids(grant) }, ...more }), key);
  }
  for (const { at, by, do: verb, evidence, ...rest } of dispute.steps ?? [])
    add(
      moment(at),
      actor(by),
      `dispute:${verb}`,
      (ids) => ({ id: idOf(dispute, ids), ...rest, ...shown(evidence) }) as TransactionInput<'dispute:close'>,
    );
}

/** A conflict's dispute is made by the transaction that registered the asset: the two bear its number. */
function idOf(dispute: DemoDispute, ids: Ids): string {
  return 'key' in dispute ? ids(dispute.key) : ids(dispute.conflict).replace(/^ast/, 'dsp');
}

function shown(note: Localized | undefined) {
  if (note === undefined) return {};
  const hash = createHash('sha256').update(JSON.stringify(note)).digest('hex');
  return { evidence: [{ hash, note }] };
}
