import type { Consortium } from '@drl/network/consortium';
import type { Probes } from '../delivery/probe/probes.js';
import type { Guesses } from '../delivery/query/guesses.js';
import type { ResourceAccess } from '../delivery/source.js';
import type { Peers } from '../delivery/ticket/peers.js';
import type { Enrol, Identities } from '../identities.js';
import type { ReadMarks } from '../inbox/marks.js';
import type { IndicatorReader } from '../indicators/reader.js';
import type { Journal } from '../journal.js';
import type { Fingerprints } from '../leaks/fingerprints.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Questions } from '../questions.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import type { Subjects } from '../subjects/subjects.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import type { Submitter } from './submit.js';

/** What use cases work with; main.ts puts it together. */
export interface Services {
  readonly ledger: Ledger;
  readonly readModel: ReadModel;
  readonly submitter: Submitter;
  readonly journal: Journal;
  readonly questions: Questions;
  readonly fingerprints: Fingerprints;
  readonly subjects: Subjects;
  readonly readMarks: ReadMarks;
  readonly webhooks: Webhooks;
  readonly identities: Identities;
  readonly consortium: Consortium;
  readonly indicators: IndicatorReader;
  /** Where departments' resources may be fetched from. */
  readonly resources: ResourceAccess;
  /** Other departments' gateways. */
  readonly peers: Peers;
  /** What was last seen of attached resources. */
  readonly probes: Probes;
  /** Queries that were not matched, so that nobody finds values by trying. */
  readonly guesses: Guesses;
  /** The organisations' root certificates, one file each. */
  readonly trustDir: string;
  /** Issues certificates in the organisations whose CA this service holds; absent where departments enrol their own. */
  readonly enrol?: Enrol;
  /** Aborts when the service begins to stop: streams end, what is in flight finishes. */
  readonly stopping: AbortSignal;
}
