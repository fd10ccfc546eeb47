import type { FieldFault, RuleCode } from '@drl/chaincode/model/errors';
import type { Asset, Distribution } from '@drl/chaincode/model/records/asset';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import type { ImportCode } from './errors.js';

/** What reading a file gives, in the file's order. `line` is the first line of the row; of DCAT, which has no lines, the entry's place in the file. */

/** One entry as it stands in the file: header → text, empty cells left out. Attachments apart, where the format has them as such. */
export interface Entry {
  readonly line: number;
  readonly columns: Readonly<Record<string, string>>;
  readonly attachments?: readonly Attachment[];
  /** Fields that the format has as such, beyond what a text in a column can say. */
  readonly fields?: Partial<Pick<Asset, 'elements' | 'keywords' | 'authoritativeFor'>>;
}

export interface Attachment extends Pick<Distribution, 'mediaType' | 'conformsTo' | 'checksum'> {
  readonly url: string;
  readonly title?: string;
  /** The address is taken as it stands, though it is none of the web: our own export says so. */
  readonly verbatim?: true;
}

export interface DepartmentName {
  readonly id: string;
  readonly name: { readonly zh?: string | undefined; readonly en?: string | undefined };
}

/** A row that can go to the ledger. Without a department it is the importer's own. */
export interface Row {
  readonly kind: 'row';
  readonly line: number;
  readonly department?: DepartmentName;
  readonly asset: TransactionInput<'asset:register'> & { readonly catalogCode: string };
}

/** Something doubtful; the row stays. */
export interface Warning {
  readonly kind: 'warning';
  readonly line: number;
  readonly code: ImportCode;
  readonly field?: string;
  readonly given?: string;
  readonly accepted?: string;
}

/** The row is dropped, and no other. */
export interface Fault {
  readonly kind: 'fault';
  readonly line: number;
  readonly code: ImportCode | RuleCode;
  readonly rule?: string;
  readonly field?: string;
  readonly given?: string;
  readonly accepted?: string;
  readonly fields?: readonly FieldFault[];
}
