import type { Caller } from '@drl/chaincode/model/caller';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { ReadModel } from '../readmodel/readmodel.js';
import { type SelfCheck, type SelfCheckQuestion, selfCheck } from '../selfcheck/selfCheck.js';
import { maySurvey } from './readIndicators.js';
import type { Services } from './services.js';
import { notFound, notYours } from './visibility.js';

export interface SelfCheckAsked {
  readonly department: string;
  readonly asOfBlock?: number;
  /** A block, or a time: the last block by then. */
  readonly since?: string;
}

/** Who may: the department, managers, auditors in scope. */
export async function selfCheckDepartment(
  { readModel, probes }: Services,
  caller: Caller,
  { department, since, asOfBlock }: SelfCheckAsked,
): Promise<{ readonly check: SelfCheck; readonly name: Localized }> {
  if (!maySurvey(caller, department)) throw notYours(caller);
  const known = await readModel.get('department', department);
  if (known === undefined) throw notFound(department);
  const question: SelfCheckQuestion = {
    department,
    ...(asOfBlock === undefined ? {} : { asOfBlock }),
    ...(since === undefined ? {} : { sinceBlock: await blockAt(readModel, since) }),
  };
  return { check: await selfCheck(readModel, question, { resources: (asset) => probes.standing(asset) }), name: known.name };
}

/** The ledger's time never goes back from block to block, so the last block by a time is found by halving. */
async function blockAt(readModel: ReadModel, since: string): Promise<number> {
  if (/^\d{1,15}$/.test(since)) return Number(since);
  const time = Date.parse(since);
  let [low, high] = [0, readModel.asOf()?.block ?? 0];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const block = await readModel.block(middle);
    if (block !== undefined && Date.parse(block.at) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
