import { ServiceError } from '../errors.js';
import type { Identities, User } from '../identities.js';
import { LedgerError } from '../ledger/ledger.js';
import { OidcUnavailable } from './oidc.js';

/** RFC 6750 section 2.1: the token goes in the Authorization header, and nowhere else. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

export type Authenticate = (authorization: string | undefined) => Promise<User>;

/** Who calls: by API key, or, where an issuer is configured, by its access token. Throws UNAUTHENTICATED, saying no more than that. */
export function authenticator(identities: Identities, verifyOidc?: (token: string) => Promise<string | undefined>): Authenticate {
  return async (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new ServiceError('UNAUTHENTICATED', { accepted: 'Authorization: Bearer TOKEN' });
    const user = identities.byToken(token) ?? (await byOidc(token));
    if (!user) throw new ServiceError('UNAUTHENTICATED');
    return user;
  };

  async function byOidc(token: string): Promise<User | undefined> {
    if (!verifyOidc || token.startsWith('drl_')) return undefined;
    try {
      const subject = await verifyOidc(token);
      return subject === undefined ? undefined : identities.bySubject(subject);
    } catch (error) {
      // A good token may not be told from a bad one now: the caller should try again, not throw its token away.
      if (error instanceof OidcUnavailable) throw new LedgerError('UNAVAILABLE', { reason: 'the token issuer cannot be reached' });
      throw error;
    }
  }
}
