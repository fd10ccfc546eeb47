import { createHash, X509Certificate } from 'node:crypto';
import { departmentId, hashAlgorithm, label, recordId } from '@drl/chaincode/model/records/common';
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { ServiceError } from '../../errors.js';
import type { Identity } from '../../ledger/ledger.js';

/**
 * What one gateway sends another with a ticket: the rest of what is asked, signed by the consumer's certificate (JWS, RFC 7515; ES256 as the keys are,
 * the certificate in `x5c`). The ledger holds the fingerprint of the certificate that may.
 */
const TYPE = 'drl-ticket+jws';

const values = z.record(label, z.string().min(1).max(500));
export const letterContent = z.strictObject({
  ticket: recordId,
  /** To whom it is sent: of no use anywhere else. */
  provider: departmentId,
  /** The block that holds the ticket. */
  block: z.int().min(0),
  hashAlgorithm,
  distribution: label.optional(),
  rows: z.int().min(1).optional(),
  question: z.strictObject({ subject: values, values }).optional(),
});
export type LetterContent = z.infer<typeof letterContent>;

export interface Letter {
  readonly content: LetterContent;
  /** Of the certificate that signed it, which one of the organisations' roots issued. */
  readonly certificate: string;
  readonly mspId: string;
}

export async function writeLetter({ certificate, privateKey }: Identity, content: LetterContent): Promise<string> {
  const { raw } = new X509Certificate(certificate);
  return new CompactSign(Buffer.from(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'ES256', typ: TYPE, x5c: [raw.toString('base64')] })
    .sign(privateKey);
}

/** `roots`: MSP id → root certificate (PEM), as the channel's organisations handed them over. Throws TICKET_INVALID, and says no more than which check failed. */
export async function readLetter(jws: string, roots: ReadonlyMap<string, string>, now = Date.now()): Promise<Letter> {
  const certificate = certificateIn(jws);
  const issuer = [...roots].find(([, root]) => issued(new X509Certificate(root), certificate));
  if (!issuer) throw invalid('a certificate that no organisation of the channel issued');
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) throw invalid('a certificate outside its term');
  const { payload } = await compactVerify(jws, certificate.publicKey, { algorithms: ['ES256'] }).catch(() => {
    throw invalid('a signature that is not the certificate’s');
  });
  return { content: contentIn(payload), certificate: createHash('sha256').update(certificate.raw).digest('hex'), mspId: issuer[0] };
}

function certificateIn(jws: string): X509Certificate {
  try {
    const { typ, x5c } = decodeProtectedHeader(jws);
    if (typ === TYPE && x5c?.[0] !== undefined) return new X509Certificate(Buffer.from(x5c[0], 'base64'));
  } catch {}
  throw invalid(`not a ${TYPE} with its certificate`);
}

/** Roots issue the users' certificates themselves. */
function issued(root: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(root) && certificate.verify(root.publicKey) && !certificate.ca;
}

function contentIn(payload: Uint8Array): LetterContent {
  try {
    return letterContent.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    throw invalid('a content of another form');
  }
}

export function invalid(given: string): ServiceError {
  return new ServiceError('TICKET_INVALID', { given });
}
