import { readFileSync } from 'node:fs';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { parse } from 'yaml';
import { z } from 'zod';

/** The consortium file: the one description that both engines read. Units are in the names; dates are ISO 8601 calendar days. */

const name = z.object({ zh: z.string().min(1).optional(), en: z.string().min(1).optional() }).strict();
const mspId = z.string().regex(/^[A-Za-z][A-Za-z0-9]{1,63}$/);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const departmentSchema = z
  .object({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,62}$/),
    name,
    region: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    uscc: z.string().optional(),
  })
  .strict();

const organisationSchema = z
  .object({
    mspId,
    name,
    role: z.enum(['manager', 'department', 'auditor']),
    /** true: departments admitted later are enrolled here, told apart by their certificate's `department` attribute. */
    hosting: z.boolean().default(false),
    peers: z.int().min(1).max(5).default(1),
    departments: z.array(departmentSchema).default([]),
  })
  .strict();

const consortiumSchema = z
  .object({
    channel: z.string().regex(/^[a-z][a-z0-9.-]{0,248}$/),
    chaincode: z.string().regex(/^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$/),
    timeZone: z.string(),
    rules: z
      .object({
        decisionWorkingDays: z.int().min(1).max(90),
        acknowledgeWorkingDays: z.int().min(1).max(90),
        feedbackWorkingDays: z.int().min(1).max(90),
        disputeWorkingDays: z.int().min(1).max(90),
        maxClockSkewSeconds: z.int().min(1).max(900),
        holidays: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$/)),
        makeUpDays: z.array(day),
      })
      .strict(),
    ordering: z
      .object({
        mspId,
        name,
        nodes: z.int().min(1).max(7),
        maxMessageCount: z.int().min(1).max(5000),
        batchTimeoutMs: z.int().min(1).max(10_000),
      })
      .strict(),
    organisations: z.array(organisationSchema).min(2),
  })
  .strict();

export type Consortium = z.infer<typeof consortiumSchema>;
export type Organisation = Consortium['organisations'][number];

/** Reads and checks a consortium file. Throws an Error that names the file and every field at fault. */
export function readConsortium(file: string): Consortium {
  // `core` keeps unquoted dates as the strings that they are.
  const parsed = consortiumSchema.safeParse(parse(readFileSync(file, 'utf8'), { schema: 'core' }));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const consortium = parsed.data;
  if (consortium.organisations.filter((o) => o.role === 'manager').length !== 1)
    throw new Error(`${file}: organisations: exactly one has the role manager`);
  const ids = consortium.organisations.flatMap((o) => o.departments.map((d) => d.id));
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new Error(`${file}: department ${twice} is named twice`);
  return consortium;
}

/** Reads and checks one organisation's entry, written as in a consortium file: what `drl network add-org` takes. */
export function readOrganisation(file: string): Organisation {
  const parsed = organisationSchema.safeParse(parse(readFileSync(file, 'utf8'), { schema: 'core' }));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function managerOf(consortium: Consortium): Organisation {
  return consortium.organisations.find((o) => o.role === 'manager') as Organisation;
}

/** What the manager writes to the ledger first: the consortium's rules, and whose word counts as what. */
export function settingsOf(consortium: Consortium): TransactionInput<'settings:set'> {
  const of = (role: Organisation['role']) => consortium.organisations.filter((o) => o.role === role).map((o) => o.mspId);
  return {
    timeZone: consortium.timeZone,
    ...consortium.rules,
    managerMspId: managerOf(consortium).mspId,
    departmentMspIds: of('department'),
    auditorMspIds: of('auditor'),
  };
}
