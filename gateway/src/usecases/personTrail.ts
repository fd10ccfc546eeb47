import { RuleError } from '@drl/chaincode/model/errors';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Share } from '@drl/chaincode/model/records/share';
import { grantConcealed } from '@drl/chaincode/model/rules/derive';
import { leafHash, pathTo } from '../leaks/tree.js';
import type { AsOf } from '../readmodel/readmodel.js';
import type { Found } from '../subjects/subjects.js';
import { identifying, leafOf, tagOf } from '../subjects/tag.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { inScope, isAuditor, notYours } from './visibility.js';
import type { Who } from './who.js';

/**
 * Who may: a steward of the department whose data it was, for a person who has shown who they are; an auditor in scope, whose look is recorded. Asked
 * of the gateway that holds the department's key, since the ledger holds nothing that a person could be found by.
 */
export interface PersonQuestion {
  readonly department: string;
  /** What identifies: element names, or data element ids, to values. It goes into no address, log or record. */
  readonly subject: Readonly<Record<string, string>>;
}

/** Answers to a person leave at whole multiples of this, so that work done on what is concealed is not seen. */
const BEAT_MS = 500;
/** An asset's kind is looked up for each; a department has no more that identify persons. */
const LIMIT = 200;

export async function personTrail(services: Services, who: Who, requestId: string, question: PersonQuestion) {
  const { caller } = who;
  const { department } = question;
  const auditor = isAuditor(caller);
  const asOf = services.readModel.asOf() as AsOf;
  // Whom an auditor looked for is kept as the department knows them: by tags, which only its key makes.
  const asked = (tags: readonly Buffer[]) => ({ department, persons: tags.map((tag) => tag.toString('hex')) });
  const look = { action: 'person' as const, asked: asked([]), asOf };
  const steward = caller.department === department && caller.roles.includes('steward');
  if (auditor ? !inScope(caller, department) : !steward) {
    if (auditor) return refuseLook(services, who, requestId, look, notYours(caller));
    throw new RuleError('NOT_YOURS', { rule: '1', given: caller.department, accepted: `a steward of ${department}` });
  }
  const began = performance.now();
  const tags = await tagsOf(services, department, question.subject);
  const uses = await usesOf(services, question, tags, auditor);
  if (auditor) await recordLook(services, who, requestId, { ...look, asked: asked(tags), resultCount: uses.length, outcome: 'answered' });
  else await untilNextBeat(began);
  return { items: uses, asOf };
}

async function usesOf(services: Services, { department, subject }: PersonQuestion, tags: readonly Buffer[], all: boolean) {
  const found = new Map<string, Found>();
  for (const tag of tags) for await (const one of services.subjects.find(department, tag)) found.set(one.share, one);
  const uses = await Promise.all([...found.values()].map((one) => useOf(services, one, department, subject, all)));
  return uses.filter((use) => use !== undefined).sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.share < b.share ? -1 : 1));
}

/** One for each way in which the department's assets identify persons by what is given. */
async function tagsOf({ readModel, subjects }: Services, department: string, subject: PersonQuestion['subject']): Promise<Buffer[]> {
  const key = await subjects.keyOf(department);
  const tags = new Map<string, Buffer>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await readModel.list('asset', { publisher: department }, { limit: LIMIT, ...(cursor ? { cursor } : {}) });
    for (const asset of page.items) {
      const tag = tagBy(key, asset, subject);
      if (tag) tags.set(tag.toString('hex'), tag);
    }
    cursor = page.nextCursor;
  }
  return [...tags.values()];
}

function tagBy(key: Buffer, asset: Asset, subject: PersonQuestion['subject']): Buffer | undefined {
  return tagOf(key, Object.fromEntries(identifying(asset).map(({ name, key: called }) => [called, subject[called] ?? subject[name]])));
}

async function useOf(
  { readModel, subjects }: Services,
  found: Found,
  department: string,
  subject: PersonQuestion['subject'],
  all: boolean,
) {
  const share = await readModel.get('share', found.share);
  const grant = share && (await readModel.get('grant', share.grant));
  const asset = share && (await readModel.get('asset', share.asset));
  if (!share || !grant || !asset) return undefined;
  const proof = await proofOf(subjects, found, tagBy(await subjects.keyOf(department), asset, subject), share);
  const concealed = grantConcealed(grant, new Date().toISOString());
  if (concealed && !all) return undefined;
  const { id, created, purpose, elements, consumer, actingFor, status, method } = share;
  return {
    ...{ share: id, at: created.at, transactionId: created.transactionId, status, asset: asset.id, title: asset.title, elements },
    ...{ consumer, purpose, legalBasis: grant.legalBasis, grant: grant.id },
    ...(method === undefined ? {} : { method }),
    ...(actingFor === undefined ? {} : { actingFor }),
    ...(all && concealed ? { concealedUntil: grant.concealed?.until } : {}),
    ...(proof === undefined ? {} : { proof }),
  };
}

/** That this person is in the tree whose root the provider committed to: leaf, place and path (RFC 6962, section 2.1.1). */
async function proofOf(subjects: Services['subjects'], { id, salt, index }: Found, tag: Buffer | undefined, share: Share) {
  const { root, count } = share.subjects ?? {};
  if (root === undefined || tag === undefined) return undefined;
  const leaves = await subjects.leaves(id).catch(() => undefined);
  if (leaves === undefined || leaves.length !== (count as number) * 32) return undefined;
  const hashes = Buffer.alloc(leaves.length);
  for (let at = 0; at < leaves.length; at += 32) leafHash(leaves.subarray(at, at + 32)).copy(hashes, at);
  const path = pathTo(hashes, index).map((hash) => hash.toString('hex'));
  return { root, leaf: leafOf(Buffer.from(salt, 'hex'), tag).toString('hex'), index, count, path };
}

async function untilNextBeat(began: number): Promise<void> {
  const spent = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, Math.ceil(spent / BEAT_MS) * BEAT_MS - spent));
}
