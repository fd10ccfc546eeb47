import type { AsOf, PageRequest, TrailFilter } from '../readmodel/readmodel.js';
import { followable, mayAsk } from './auditScope.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { notYours } from './visibility.js';
import type { Who } from './who.js';

/** Who may: an auditor in scope, whose look is recorded; a department, for what was done by itself or with its own assets. */
export async function readTrail(services: Services, who: Who, requestId: string, filter: TrailFilter, page: PageRequest) {
  const { readModel } = services;
  const asked = { ...filter, ...page };
  if (!(await mayAsk(readModel, who.caller, filter)))
    return refuseLook(services, who, requestId, { action: 'trail', asked, asOf: readModel.asOf() as AsOf }, notYours(who.caller));
  const trail = await readModel.trail(filter, page, await followable(readModel, who.caller));
  await recordLook(services, who, requestId, {
    action: 'trail',
    asked,
    resultCount: trail.items.length,
    asOf: trail.asOf,
    outcome: 'answered',
  });
  return trail;
}
