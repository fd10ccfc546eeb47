import type { DepartmentName, Fault, Warning } from './rows.js';

/** What an import tells as it goes: one JSON object a line. `message` is in the caller's language; all else is for programs. */
export interface Started {
  readonly event: 'start';
  readonly file: string;
  readonly mapping: string;
}

/** A department that was not on the ledger before. */
export interface Admitted {
  readonly event: 'department';
  readonly department: string;
  readonly name: DepartmentName['name'];
}

export interface Brought {
  readonly event: 'row';
  readonly line: number;
  readonly outcome: 'registered' | 'revised' | 'unchanged';
  readonly id: string;
  readonly department: string;
  readonly catalogCode: string;
}

export interface Warned extends Omit<Warning, 'kind'> {
  readonly event: 'warning';
  readonly message: string;
}

export interface Dropped extends Omit<Fault, 'kind'> {
  readonly event: 'dropped';
  readonly message: string;
}

export interface ImportSummary {
  readonly event: 'summary';
  readonly rows: number;
  readonly registered: number;
  readonly revised: number;
  readonly unchanged: number;
  readonly dropped: number;
  readonly warnings: number;
  readonly admitted: number;
  readonly seconds: number;
}

export type ImportEvent = Started | Admitted | Brought | Warned | Dropped | ImportSummary;
