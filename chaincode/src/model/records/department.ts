import { z } from 'zod';
import { departmentId, localized, mspId, recordBase, recordId, time } from './common.js';

/** foaf:Organization. `region` is a GB/T 2260 code, `uscc` a GB 32100 unified social credit code with its check digit verified. */
const fields = {
  name: localized,
  mspId,
  region: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  uscc: z
    .string()
    .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/)
    .optional(),
};

const successors = z.array(departmentId).min(1).max(50);

export const department = z.strictObject({
  kind: z.literal('department'),
  ...recordBase,
  id: departmentId,
  ...fields,
  /** The names that it bore before, oldest first, each with when and on what basis it ended. */
  formerNames: z
    .array(z.strictObject({ name: localized, until: time, basis: localized }))
    .min(1)
    .max(100)
    .optional(),
  /** Who takes over what it had; itself among them if it was split and lives on. Whom it took over from itself is told by theirs. */
  succession: z.strictObject({ kind: z.enum(['merge', 'split']), successors, basis: localized }).optional(),
  status: z.enum(['active', 'dissolved']),
});
export type Department = z.infer<typeof department>;

export const departmentAdmit = z.strictObject({ id: departmentId, ...fields });
export const departmentRename = z.strictObject({ id: departmentId, name: localized, basis: localized });
/** A merge has one successor, a split several, perhaps with the department itself; all are admitted beforehand. */
export const departmentSucceed = z.strictObject({ id: departmentId, kind: z.enum(['merge', 'split']), successors, basis: localized });
/** One record of a dissolved department goes to the successor that the manager names for it. `record` says its kind. */
export const departmentPassOn = z.strictObject({
  record: z.string().regex(/^[a-z][a-z-]{0,62}$/),
  id: recordId,
  from: departmentId,
  to: departmentId,
});

/** A day, or the days from one to another, both counted. */
const daySpan = z.union([
  z.iso.date(),
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$/)
    .refine((span) => {
      const [from = '', to = ''] = span.split('..');
      return z.iso.date().safeParse(from).success && z.iso.date().safeParse(to).success && from <= to;
    }, 'two days of the calendar, the earlier first'),
]);

/** Asking costs more than all the rest of reading settings, which every transaction does. */
const knownZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  knownZones.add(name);
  return true;
}

/** An IANA name. Endorsers compute deadlines with their own zone data: a rule change there is an upgrade to agree on. */
const timeZone = z.string().max(64).refine(isTimeZone, 'an IANA time zone');

/** Deadlines, calendar and skew, as the manager set them for the channel (network/consortium.yaml says what each means). */
export const settingsInput = z.strictObject({
  timeZone,
  decisionWorkingDays: z.int().min(1).max(90),
  acknowledgeWorkingDays: z.int().min(1).max(90),
  feedbackWorkingDays: z.int().min(1).max(90),
  disputeWorkingDays: z.int().min(1).max(90),
  maxClockSkewSeconds: z.int().min(1).max(900),
  holidays: z.array(daySpan).max(200),
  makeUpDays: z.array(z.iso.date()).max(200),
  managerMspId: mspId,
  /** Organisations whose endorsement counts as "any department" (network/consortium.yaml, role department). */
  departmentMspIds: z.array(mspId).min(1).max(500),
  /** Organisations whose certificates may carry the role auditor; they hold the ledger and endorse nothing. */
  auditorMspIds: z.array(mspId).max(50),
  /** Declared by the embedded demonstration alone: what lies in this span was written on a simulated clock (DOMAIN rule 11). */
  simulatedClock: z.strictObject({ from: time, to: time }).optional(),
});
export const settings = z.strictObject({ kind: z.literal('settings'), ...recordBase, ...settingsInput.shape, status: z.literal('active') });
export type Settings = z.infer<typeof settings>;
