import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';

/**
 * Access tokens of one configured issuer. Asymmetric signatures only: with a shared secret, whoever verifies could also issue.
 * Keys come from the issuer's discovery document (OpenID Connect Discovery 1.0, section 4), fetched at first use and again as jose sees new key ids.
 */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** The claim whose value is looked up among the identities' `oidcSubject`. */
  readonly claim: string;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export class OidcUnavailable extends Error {
  override readonly name = 'OidcUnavailable';
}

/** Answers the subject of a valid token, undefined for any other. Throws OidcUnavailable when the issuer's keys cannot be had. */
export function oidcVerifier(settings: OidcSettings): (token: string) => Promise<string | undefined> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    keys ??= discover(settings.issuer);
    const keySet = await keys.catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: ALGORITHMS,
        clockTolerance: 30,
        requiredClaims: ['exp', settings.claim],
      });
      const subject = payload[settings.claim];
      return typeof subject === 'string' && subject !== '' ? subject : undefined;
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
        throw new OidcUnavailable('the issuer’s keys cannot be had');
      return undefined;
    }
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? (answer.json() as Promise<{ issuer?: unknown; jwks_uri?: unknown }>) : undefined))
    .catch(() => undefined);
  if (document?.issuer !== issuer || typeof document.jwks_uri !== 'string')
    throw new OidcUnavailable('the issuer’s discovery document cannot be had');
  const keys = new URL(document.jwks_uri);
  // The keys decide who anyone is: they come as safely as the document that named them.
  if (keys.protocol !== new URL(issuer).protocol) throw new OidcUnavailable('the issuer’s keys lie at an address less safe than its own');
  return createRemoteJWKSet(keys, { timeoutDuration: 5000, cooldownDuration: 10_000 });
}
