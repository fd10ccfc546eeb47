import type { PageRequest, ReadModel, TrailEntry } from '../readmodel/readmodel.js';
import { type Act, actsToProv } from '../standards/prov.js';
import type { ProvJson } from '../standards/provDocument.js';
import { readTrail } from './readTrail.js';
import type { Services } from './services.js';
import { takeAs } from './takeEvidence.js';
import { notFound } from './visibility.js';
import type { Who } from './who.js';

/** Who may: an auditor in scope, whose look is recorded; a department, for its own assets: as for the trail, of which this is a page. */
export async function assetAsProv(
  services: Services,
  who: Who,
  requestId: string,
  id: string,
  page: PageRequest,
): Promise<{ readonly document: ProvJson; readonly nextCursor: string | null }> {
  const trail = await readTrail(services, who, requestId, { asset: id }, page);
  // The look is recorded by now; an asset that is not there has left no trail.
  if (!(await services.readModel.get('asset', id))) throw notFound(id);
  const acts = await Promise.all(trail.items.map((entry) => actOf(services.readModel, entry)));
  return { document: actsToProv(acts, { channel: services.consortium.channel }), nextCursor: trail.nextCursor };
}

/** Who may: the share's two parties, auditors in scope, whose look is recorded. */
export function shareAsProv(services: Services, who: Who, requestId: string, id: string): Promise<ProvJson> {
  const { readModel, consortium } = services;
  return takeAs(services, who, requestId, { kind: 'share', id }, 'prov', async () => {
    const acts = await actsOf(readModel, id);
    return actsToProv(acts, { channel: consortium.channel, caseReferences: true });
  });
}

async function actOf(readModel: ReadModel, entry: TrailEntry): Promise<Act> {
  const { subject, outcome } = entry;
  if (!subject || (outcome !== 'done' && outcome !== 'refused')) return entry;
  const record = await readModel.get(subject.kind, subject.id, { version: subject.version });
  return record ? { ...entry, record } : entry;
}

/** Every transaction that wrote the share, oldest first: a share has few, and they hold no other record. */
async function actsOf(readModel: ReadModel, id: string): Promise<Act[]> {
  const acts: Act[] = [];
  for (const { transactionId, block, action, writes } of await readModel.writers('share', id)) {
    const subject = writes.find((write) => write.kind === 'share' && write.id === id);
    const record = subject && (await readModel.get('share', id, { version: subject.version }));
    if (!record) continue;
    const { at, name, mspId, department, custodian } = record.updated;
    const actor = { name, mspId, ...(custodian === undefined ? {} : { custodian }) };
    acts.push({ at, block, transactionId, actor, department, action, outcome: 'done', subject, record });
  }
  return acts;
}
