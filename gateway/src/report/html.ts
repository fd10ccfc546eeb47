import { type Cell, linesOf, type Report, type Section, type Texts } from './report.js';

/** One page in one file: nothing is fetched for it, it prints, and it can be sent on. */
const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #8885; overflow-wrap: anywhere; }
span[lang] { display: block; } span[lang=en] { opacity: .75; font-size: .92em; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } thead { display: table-header-group; } }
`;

export function htmlOf(report: Report): string {
  const { title, facts, sections } = report;
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title.zh)} ${escaped(title.en)}</title><style>${STYLE}</style></head>
<body>
<h1>${cell(title)}</h1>
<dl>
${facts.map(({ name, value }) => `<dt>${cell(name)}</dt><dd>${cell(value)}</dd>`).join('\n')}
</dl>
${sections.map((section) => sectionOf(report, section)).join('\n')}
</body>
</html>
`;
}

function sectionOf({ columns }: Report, { heading, rows, empty }: Section): string {
  const head = `<h2>${cell(heading)}</h2>`;
  if (rows.length === 0) return `<section>${head}<p>${cell(empty)}</p></section>`;
  return `<section>${head}
<table>
<colgroup>${columns.map(({ width }) => `<col style="width:${width}%">`).join('')}</colgroup>
<thead><tr>${columns.map(({ name }) => `<th scope="col">${cell(name)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((value) => `<td>${cell(value)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table></section>`;
}

/** Our own words, each marked with its language, so that a screen reader speaks it as such. */
function cell(value: Cell | Texts): string {
  if (typeof value !== 'object' || value.zh === value.en) return linesOf(value).map(escaped).join('');
  return `<span lang="zh-CN">${escaped(value.zh)}</span><span lang="en">${escaped(value.en)}</span>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
