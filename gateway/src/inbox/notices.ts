import type { Localized } from '@drl/chaincode/model/records/common';
import { kinds, verbs } from '@drl/chaincode/model/words';
import type { ReadModel, Subject, TrailEntry } from '../readmodel/readmodel.js';

/** What a department is told: one act of another's that it is a side of, as the ledger holds it, in words. */
export interface Notice {
  /** Block, transaction and act in it: unique, and in the order of the ledger. */
  readonly id: string;
  readonly at: string;
  readonly block: number;
  readonly transactionId: string;
  /** Transaction name, e.g. `grant:request`. */
  readonly action: string;
  readonly outcome: TrailEntry['outcome'];
  /** The department that did it. */
  readonly by: string;
  readonly subject: Subject;
  readonly asset?: string;
  readonly grant?: string;
  readonly clause?: string;
  /** For people: who did what to which asset. */
  readonly text: Required<Localized>;
}

/** The entries of one transaction come in the order of their acts; `nth` says which one this is. */
export async function noticeOf(readModel: ReadModel, entry: TrailEntry, nth: number): Promise<Notice | undefined> {
  const { at, block, transactionId, action, outcome, department, subject, asset, grant, clause } = entry;
  if (subject === undefined) return undefined;
  return {
    id: `${block}-${transactionId.slice(0, 16)}-${nth}`,
    ...{ at, block, transactionId, action, outcome, by: department, subject },
    ...(asset === undefined ? {} : { asset }),
    ...(grant === undefined ? {} : { grant }),
    ...(clause === undefined ? {} : { clause }),
    text: await textOf(readModel, entry, subject),
  };
}

async function textOf(readModel: ReadModel, { department, action, asset, outcome }: TrailEntry, { kind, id }: Subject) {
  const by = (await readModel.get('department', department))?.name;
  const of = asset === undefined ? undefined : await readModel.get('asset', asset);
  // An asset that is not published yet may be in a dispute of authority: the other side need not learn its title by that.
  const title = kind === 'dispute' && of?.status === 'registered' ? undefined : of?.title;
  const verb = action.split(':')[1] ?? action;
  const refused = outcome === 'refused';
  const about = (language: 'zh' | 'en') => title?.[language] ?? title?.zh ?? title?.en ?? id;
  return {
    zh: `${by?.zh ?? by?.en ?? department}：${refused ? '被拒绝的' : ''}${verbs[action] ?? verbs[verb] ?? verb}（${kinds[kind]?.zh ?? kind}）《${about('zh')}》`,
    en: `${by?.en ?? by?.zh ?? department}: ${refused ? 'refused ' : ''}${verb} (${kinds[kind]?.en ?? kind}), ${about('en')}`,
  };
}

/** What concerns the department, of acts in the order in which they stand in their block. */
export async function noticesOf(readModel: ReadModel, acts: readonly TrailEntry[], department: string): Promise<Notice[]> {
  const nth = new Map<string, number>();
  const found: Notice[] = [];
  for (const act of acts) {
    const n = nth.get(act.transactionId) ?? 0;
    nth.set(act.transactionId, n + 1);
    if (!act.concerns?.includes(department)) continue;
    const notice = await noticeOf(readModel, act, n);
    if (notice) found.push(notice);
  }
  return found;
}
