import type { Localized } from '@drl/chaincode/model/records/common';
import type { RecordKind } from '@drl/chaincode/model/records/index';

/** What waits for a department: derived from the records as they stand and from the time, never stored, so that what is done is gone from here by itself. */
export interface Task {
  readonly kind: string;
  readonly subject: { readonly kind: RecordKind; readonly id: string };
  /** Since when it waits. */
  readonly since: string;
  readonly dueAt?: string;
  /** `near`: less than three days are left. */
  readonly urgency: 'open' | 'near' | 'overdue';
  readonly text: Required<Localized>;
  /** The call that settles it. */
  readonly call: string;
}

/** Whose inbox it is. */
export interface Reader {
  readonly department: string;
  readonly manages: boolean;
  /** RFC 3339. */
  readonly at: string;
}
