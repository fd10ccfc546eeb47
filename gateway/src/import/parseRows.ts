import { createHash } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { assetRegister, elementType, level, periodicity, shareMethod, shareType } from '@drl/chaincode/model/records/asset';
import { departmentId } from '@drl/chaincode/model/records/common';
import { shareTypeFault } from '@drl/chaincode/model/rules/asset';
import { fold, readCsv } from './csv.js';
import { readDcat } from './dcat.js';
import { entryReader, readElements } from './fields.js';
import type { Mapping } from './mapping.js';
import type { DepartmentName, Entry, Fault, Row, Warning } from './rows.js';

/** Reads a catalogue file by a mapping: pure, in the file's order, holding one row at a time (and the codes and titles seen). */
export async function* parseRows(bytes: AsyncIterable<Uint8Array>, mapping: Mapping, file: string): AsyncGenerator<Row | Warning | Fault> {
  const codes = new Map<string, number>();
  const titles = new Map<string, number>();
  const departments = departmentTable(mapping);
  for await (const entry of mapping.format === 'csv' ? readCsv(bytes, mapping) : readDcat(bytes)) {
    if ('kind' in entry) {
      yield entry;
      continue;
    }
    const warnings: Warning[] = [];
    const read = mapEntry(entry, mapping, departments, file, (w) => warnings.push(w));
    if (read.kind === 'fault') {
      yield read;
      continue;
    }
    const { line } = read;
    const of = (text: string) => `${read.department?.id ?? ''}\n${fold(text)}`;
    const earlier = codes.get(of(read.asset.catalogCode));
    if (earlier) {
      yield {
        kind: 'fault',
        line,
        code: 'CODE_REPEATED',
        field: 'catalogCode',
        given: read.asset.catalogCode,
        accepted: `line ${earlier}`,
      };
      continue;
    }
    codes.set(of(read.asset.catalogCode), line);
    yield* warnings;
    const title = read.asset.title.zh ?? read.asset.title.en ?? '';
    const before = titles.get(of(title));
    if (before) yield { kind: 'warning', line, code: 'NAME_REPEATED', field: 'title', given: title, accepted: `line ${before}` };
    else titles.set(of(title), line);
    yield read;
  }
}

const elementTypes: ReadonlySet<string> = new Set(elementType.options);
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

function mapEntry(
  entry: Entry,
  mapping: Mapping,
  departments: ReadonlyMap<string, DepartmentName>,
  file: string,
  warn: (w: Warning) => void,
): Row | Fault {
  const { line } = entry;
  const { fields } = mapping;
  if (Object.values(entry.columns).some((text) => text.includes('\ufffd')))
    warn({ kind: 'warning', line, code: 'ENCODING', accepted: mapping.csv.encoding });
  const read = entryReader(entry, mapping, (code, field, given, accepted) =>
    warn({ kind: 'warning', line, code, field, given: given.slice(0, 300), ...(accepted ? { accepted } : {}) }),
  );
  const one = <T>(field: string, spec: Parameters<typeof read.plain>[1], type: { safeParse(v: unknown): { success: boolean } }) =>
    read.plain(field, spec, (v) => type.safeParse(v).success) as T | undefined;

  const department = mapping.department && findDepartment(read.department(mapping.department.columns), mapping, departments);
  if (department && 'unknown' in department)
    return { kind: 'fault', line, code: 'DEPARTMENT_UNKNOWN', field: 'department', given: department.unknown };
  const catalogCode = one<string>('catalogCode', fields.catalogCode, anyText);
  if (!catalogCode)
    return { kind: 'fault', line, code: 'CODE_MISSING', field: 'catalogCode', accepted: fields.catalogCode.columns?.join(' / ') ?? '' };
  const sharing = read.plain(
    'shareType',
    { ...fields.shareType, default: fields.shareType.default ?? null },
    (v) => shareType.safeParse(v).success,
  );
  if (!sharing)
    return {
      kind: 'fault',
      line,
      code: 'VALUE_NEEDED',
      field: 'shareType',
      given: read.department(fields.shareType.columns ?? []) ?? '',
      accepted: Object.keys(fields.shareType.values ?? {}).join(', ') || shareType.options.join(', '),
    };
  const title = read.text(fields.title);
  const given = entry.fields ?? {};
  const asset = {
    catalogCode: oneLine(catalogCode),
    title: title && Object.fromEntries(Object.entries(title).map(([language, text]) => [language, oneLine(text as string)])),
    description: read.text(fields.description),
    theme: one('theme', fields.theme, themeId),
    keywords: given.keywords ?? read.list(fields.keywords),
    elements: given.elements ?? readElements(read.list(fields.elements) ?? [], elementTypes),
    shareType: sharing,
    shareCondition: sharing === 'unconditional' ? undefined : read.text(fields.shareCondition, sharing as string),
    shareBasis: read.text(fields.shareBasis, sharing as string),
    shareMethod: one('shareMethod', fields.shareMethod, shareMethod),
    openToPublic: boolean(one('openToPublic', fields.openToPublic, trueOrFalse)),
    accrualPeriodicity: one('accrualPeriodicity', fields.accrualPeriodicity, periodicity),
    contentModified: read.date('contentModified', fields.contentModified),
    contentHash: one('contentHash', fields.contentHash, anyText),
    level: one('level', fields.level, level),
    authoritativeFor: given.authoritativeFor ?? read.list(fields.authoritativeFor),
    distributions: read.distributions(),
    source: { file, line, rowDigest: digestOf(entry), columns: read.left() },
  };
  const parsed = assetRegister.safeParse(JSON.parse(JSON.stringify(asset)));
  if (!parsed.success) {
    const found = parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    return { kind: 'fault', line, code: 'INPUT_INVALID', fields: found };
  }
  const rule = shareTypeFault(parsed.data);
  if (rule) return { kind: 'fault', line, code: 'SHARE_TYPE_RULE', rule: '2', ...rule };
  return { kind: 'row', line, ...(department ? { department } : {}), asset: { ...parsed.data, catalogCode: asset.catalogCode } };
}

const anyText = { safeParse: (v: unknown) => ({ success: typeof v === 'string' && v !== '' }) };
const themeId = { safeParse: (v: unknown) => ({ success: typeof v === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(v) }) };
const trueOrFalse = { safeParse: (v: unknown) => ({ success: v === 'true' || v === 'false' }) };
const boolean = (v: unknown) => (typeof v === 'string' ? v === 'true' : v);

/** The row as the file has it: an import changes an asset only when this changes. */
function digestOf(entry: Entry): string {
  const { columns, attachments, fields } = entry;
  return createHash('sha256')
    .update(
      canonical(attachments || fields ? { columns, ...(attachments ? { attachments } : {}), ...(fields ? { fields } : {}) } : columns),
    )
    .digest('hex');
}

function departmentTable(mapping: Mapping): ReadonlyMap<string, DepartmentName> {
  const table = new Map<string, DepartmentName>();
  for (const { id, name, aliases } of mapping.department?.list ?? [])
    for (const spelling of [id, name.zh, name.en, ...aliases]) if (spelling) table.set(fold(spelling), { id, name });
  return table;
}

function findDepartment(
  given: string | undefined,
  mapping: Mapping,
  table: ReadonlyMap<string, DepartmentName>,
): DepartmentName | { unknown: string } {
  const spelling = oneLine(given ?? '');
  const listed = table.get(fold(spelling));
  if (listed) return listed;
  const others = mapping.department?.others;
  const id =
    others === 'derive' && !departmentId.safeParse(spelling).success
      ? spelling
          .normalize('NFKD')
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^-+|-+$/g, '')
          .slice(0, 63)
      : spelling;
  if (others === 'refuse' || id === undefined || !departmentId.safeParse(id).success) return { unknown: spelling };
  return { id, name: { [mapping.language]: spelling } };
}
