import { z } from 'zod';
import { digest, label, localized, recordId } from './common.js';

/**
 * What the two departments of a grant agree between themselves: never on a block, in private data of the two alone. The public grant holds
 * SHA-256(salt ‖ canonical JSON) of it. Closed like every schema, so that what an auditor is handed reads one way.
 */
const prose = z.string().min(1).max(10_000);
const text = z
  .strictObject({ zh: prose.optional(), en: prose.optional() })
  .refine((t) => t.zh !== undefined || t.en !== undefined, { message: 'zh or en is needed' });

const price = z.strictObject({
  /** Decimal text: a binary fraction would not say what was agreed. */
  amount: z.string().regex(/^(0|[1-9]\d{0,14})(\.\d{1,6})?$/),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/),
  per: z.enum(['grant', 'share', 'row', 'month', 'year']).optional(),
  note: localized.optional(),
});

/** Whom to call. The one place where a telephone number may stand: no block holds it, and it can be purged. */
const contact = z.strictObject({
  name: label.optional(),
  phone: z
    .string()
    .regex(/^[+\d][\d ()-]{3,30}$/)
    .optional(),
  email: z.email().max(200).optional(),
});

export const confidentialTerms = z
  .strictObject({
    price: price.optional(),
    contacts: z.array(contact).min(1).max(20).optional(),
    text: text.optional(),
    /** Of the grant's elements: what the asset marks as confidential and does not say. */
    elements: z
      .array(z.strictObject({ name: label, detail: text }))
      .min(1)
      .max(500)
      .optional(),
  })
  .refine((terms) => Object.values(terms).some((part) => part !== undefined), {
    message: 'at least one of price, contacts, text, elements',
  });
export type ConfidentialTerms = z.infer<typeof confidentialTerms>;

/** 256 bits from a good source, fresh for each text: without it a price could be found by trying them all. */
export const salt = z.string().regex(/^[0-9a-f]{64}$/);
export const SALT_BYTES = 32;
/** Salt and canonical JSON together. */
export const MAX_TERMS_BYTES = 128 * 1024;
/** The name under which they travel in a proposal's transient data. */
export const TRANSIENT_TERMS = 'terms';

/** What a party hands to an auditor: enough to be held against the ledger by anybody. */
export const disclosure = z.strictObject({ grant: recordId, termsHash: digest, salt, terms: confidentialTerms });
export type Disclosure = z.infer<typeof disclosure>;

/** Names a text by its commitment. */
export const termsNamed = z.strictObject({ grant: recordId, termsHash: digest });
export type TermsNamed = z.infer<typeof termsNamed>;
/** Without a commitment: those agreed, else those offered. */
export const termsRead = z.strictObject({ grant: recordId, termsHash: digest.optional() });
