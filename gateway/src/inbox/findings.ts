import type { Localized } from '@drl/chaincode/model/records/common';
import type { Finding, FindingKind } from '../readmodel/finding.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import type { Reader, Task } from './task.js';

/** 统一数据标准: what does not fit together waits for both owners, until either has put it right. */

/** An index is read for them; the rest is in `GET /data-elements/findings`. */
const LIMIT = 20;

export const FINDING = 'dictionary-finding';

const texts: Readonly<Record<FindingKind, Required<Localized>>> = {
  'type-conflict': { zh: '同名数据项类型不一', en: 'One name, or one data element, with several types' },
  'name-conflict': { zh: '同一数据元名称不一', en: 'One data element under several names' },
  unbound: { zh: '与数据元同名而未关联', en: 'Called as a data element, and not bound to it' },
  'not-in-force': { zh: '关联的数据元不在用', en: 'Bound to a data element that is not in force' },
};

export async function findingTasks(readModel: ReadModel, { department, at }: Reader): Promise<Task[]> {
  const { items } = await readModel.findings({ department, viewer: department }, { limit: LIMIT });
  return Promise.all(items.map((finding) => taskOf(readModel, finding, department, at)));
}

async function taskOf(readModel: ReadModel, finding: Finding, department: string, at: string): Promise<Task> {
  const asset = finding.uses.find((use) => use.department === department)?.assets[0];
  const element = finding.dataElementId ?? finding.dataElements[0]?.id;
  const subject =
    asset === undefined ? ({ kind: 'data-element', id: element ?? finding.id } as const) : ({ kind: 'asset', id: asset } as const);
  const record = await readModel.get(subject.kind, subject.id);
  const what = finding.name ?? finding.dataElementId ?? '';
  const { zh, en } = texts[finding.kind];
  return {
    ...{ kind: FINDING, subject, since: record?.updated.at ?? at, urgency: 'open' },
    text: { zh: `${zh}：${what}`, en: `${en}: ${what}` },
    call: asset === undefined ? `GET /data-elements/findings?department=${department}` : `PATCH /assets/${asset}`,
  };
}
