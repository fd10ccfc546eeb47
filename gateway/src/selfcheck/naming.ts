import type { ReadModel } from '../readmodel/readmodel.js';
import type { Texts } from '../report/report.js';
import type { SelfFinding } from './findings.js';

const PAGE = 200;
const kinds: Readonly<Record<string, Texts>> = {
  'type-conflict': { zh: '同名而类型不同', en: 'one name, several types' },
  'name-conflict': { zh: '同一数据元而名称不同', en: 'one data element, several names' },
  unbound: { zh: '未绑定数据元', en: 'not bound to the data element' },
  'not-in-force': { zh: '所绑定的数据元未生效', en: 'bound to a data element that is not in force' },
};

/** Where the department's elements are at odds with the dictionary or with others' (readmodel/finding.ts). */
export async function namingFindings(readModel: ReadModel, department: string, asOfBlock: number): Promise<SelfFinding[]> {
  const found: SelfFinding[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await readModel.findings(
      { department, viewer: department },
      cursor ? { limit: PAGE, cursor } : { limit: PAGE, asOfBlock },
    );
    for (const { id, kind, uses, name, dataElementId } of page.items) {
      const asset = uses.find((use) => use.department === department)?.assets[0];
      // What its dictionary entry is at odds with is another's to put right.
      if (asset === undefined) continue;
      const part = name ?? dataElementId;
      found.push({
        code: 'naming-conflict',
        key: `naming-conflict ${id}`,
        subject: { kind: 'asset', id: asset, ...(part === undefined ? {} : { part }) },
        detail: kinds[kind] ?? { zh: kind, en: kind },
      });
    }
    cursor = page.nextCursor;
  }
  return found;
}
