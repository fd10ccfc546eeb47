import { termsCommitment } from '@drl/chaincode/model/commitment';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { ConfidentialTerms } from '@drl/chaincode/model/records/terms';
import { termsStanding } from '@drl/chaincode/model/rules/terms';
import type { AsOf } from '../readmodel/readmodel.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { maySee, notFound, notYours } from './visibility.js';
import type { Who } from './who.js';

/** Who may: whoever sees the grant; an auditor's check is recorded. What was handed over is held against the ledger and kept nowhere. */
export interface Handed {
  readonly salt: string;
  readonly terms: ConfidentialTerms;
  /** What the one who hands it over says that it is. */
  readonly termsHash?: string | undefined;
}

export interface TermsVerdict {
  readonly verdict: 'matches' | 'differs';
  /** Of the text and salt given. */
  readonly termsHash: string;
  /** `past`: an earlier version of the grant has it. */
  readonly standing?: 'agreed' | 'offered' | 'past';
  /** The latest version of the grant that has it. */
  readonly version?: number;
  readonly offered?: Grant['updated'];
  readonly accepted?: Grant['updated'];
  readonly asOf: AsOf;
}

export async function checkTerms(services: Services, who: Who, requestId: string, id: string, handed: Handed): Promise<TermsVerdict> {
  const { readModel } = services;
  const termsHash = termsCommitment(handed.salt, handed.terms);
  const asOf = readModel.asOf() as AsOf;
  const look = { action: 'terms' as const, asked: { grant: id, termsHash }, asOf };
  const grant = await readModel.get('grant', id);
  if (grant !== undefined && !(await maySee(readModel, who.caller, grant)))
    return refuseLook(services, who, requestId, look, notYours(who.caller));
  const version = grant && (await latestWith(services, grant, termsHash));
  const matches = version !== undefined && (handed.termsHash ?? termsHash) === termsHash;
  await recordLook(services, who, requestId, { ...look, resultCount: matches ? 1 : 0, outcome: 'answered' });
  if (grant === undefined) throw notFound(id);
  if (!matches) return { verdict: 'differs', termsHash, asOf };
  const standing = termsStanding(grant, termsHash) ?? 'past';
  const agreed = version.termsHash === termsHash ? version.termsAgreed : undefined;
  const offered = agreed?.offered ?? version.termsOffer?.stamp;
  return {
    verdict: 'matches',
    ...{ termsHash, standing, version: version.version },
    ...(offered === undefined ? {} : { offered }),
    ...(agreed === undefined ? {} : { accepted: agreed.accepted }),
    asOf,
  };
}

const PAGE = 200;

/** A version in which it was agreed says more than one in which it was offered. */
async function latestWith({ readModel }: Services, { id }: Grant, termsHash: string): Promise<Grant | undefined> {
  let offered: Grant | undefined;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await readModel.history('grant', id, { limit: PAGE, ...(cursor ? { cursor } : {}) });
    const agreed = page.items.find((version) => version.termsHash === termsHash);
    if (agreed) return agreed;
    offered ??= page.items.find((version) => version.termsOffer?.termsHash === termsHash);
    cursor = page.nextCursor;
  }
  return offered;
}
