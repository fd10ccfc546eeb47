import type { Caller } from '@drl/chaincode/model/caller';
import type { BlockEntry, ReadModel, TrailEntry } from '../readmodel/readmodel.js';
import { inScope, isAuditor, isManager, isParty, maySee } from './visibility.js';

/** Who may: every caller; of each block they are told what is theirs to see. */
export async function* followEvents(readModel: ReadModel, caller: Caller, from: number, signal: AbortSignal) {
  for await (const entry of readModel.changes(from, signal)) {
    const { block, headerHash, at } = entry;
    yield { block, headerHash, at, acts: await visibleActs(readModel, caller, entry) };
  }
}

export async function visibleActs(readModel: ReadModel, caller: Caller, { acts }: BlockEntry): Promise<TrailEntry[]> {
  const seen = await Promise.all(acts.map((act) => mayFollow(readModel, caller, act)));
  return acts.filter((_, index) => seen[index]);
}

async function mayFollow(readModel: ReadModel, caller: Caller, { department, subject, grant, outcome }: TrailEntry): Promise<boolean> {
  if (isParty(caller, [department])) return true;
  // Private data of a grant changed: who sees the grant is told that, and by whom.
  const about = subject === undefined && outcome === 'done' && grant !== undefined ? await readModel.get('grant', grant) : undefined;
  if (about) return maySee(readModel, caller, about);
  // What failed or was ignored names nothing that could be looked at: whoever watches over the ledger is told.
  if (!subject) return isManager(caller) || (isAuditor(caller) && inScope(caller, department));
  const record = await readModel.get(subject.kind, subject.id, { version: subject.version });
  return record !== undefined && (await maySee(readModel, caller, record));
}
