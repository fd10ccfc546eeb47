import type { RecordKind } from '@drl/chaincode/model/records/index';
import { acts } from '@drl/chaincode/model/rules/acts';
import type { Actor } from '@drl/chaincode/model/rules/acts/rule';
import { actors, kinds, type Language, statuses, verbs } from '@drl/chaincode/model/words';

/** The documents' state drawings, made from the table that contract, read model and verifier hold every write against (rules/acts.ts). */
export const files: Readonly<Record<Language, string>> = { en: 'chaincode/STATES.md', zh: 'chaincode/STATES.zh.md' };

interface Arrow {
  readonly from: string | undefined;
  readonly to: string;
  readonly label: string;
}

const head: Readonly<Record<Language, string>> = {
  en: `# States

Drawn from \`src/model/rules/acts/\` by \`npm run states\`: the table of who may bring a record from one state to another, which contracts, read model and the
offline verifier hold every write against. What time or another record brings about is not stored and not drawn: \`src/model/rules/derive.ts\`.
`,
  zh: `# 状态

由 \`npm run states\` 根据 \`src/model/rules/acts/\` 绘制：该表规定谁可以把记录从一个状态带到另一个状态，合约、读模型与离线核验程序都用它检验每一次写入。
因时间或其他记录而产生的状态不存储，也不在图中：见 \`src/model/rules/derive.ts\`。
`,
};
const staying: Readonly<Record<Language, (labels: readonly string[]) => string>> = {
  en: (labels) => `Without a change of state: ${labels.join('; ')}.`,
  zh: (labels) => `状态不变的操作：${labels.join('；')}。`,
};

/** One language's document: a drawing for each kind that has more than one state, and what changes a record within its state. */
export function statesDocument(language: Language): string {
  return [head[language], ...Object.keys(kinds).map((kind) => section(kind as RecordKind, language))].join('\n');
}

function section(kind: RecordKind, language: Language): string {
  const arrows = arrowsOf(kind, language);
  const moving = arrows.filter(({ from, to }) => from !== to);
  const still = [...new Set(arrows.filter(({ from, to }) => from === to).map(({ label }) => label))];
  const named = [...new Set(moving.flatMap(({ from, to }) => (from === undefined ? [to] : [from, to])))];
  return [
    `## ${kinds[kind]?.[language]}`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  direction LR',
    ...(language === 'en' ? [] : named.map((state) => `  ${state}: ${word(statuses, state)}`)),
    ...moving.map(({ from, to, label }) => `  ${from ?? '[*]'} --> ${to}: ${label}`),
    '```',
    ...(still.length === 0 ? [] : ['', staying[language](still)]),
    '',
  ].join('\n');
}

function arrowsOf(kind: RecordKind, language: Language): Arrow[] {
  return acts[kind].flatMap(({ from, to, step, who }) => {
    const done = [...new Set(step.map((name) => verbOf(name, language)))].join(language === 'en' ? ', ' : '、');
    const by = who.map((actor: Actor) => actors[actor][language]).join(language === 'en' ? ' or ' : '或');
    const label = language === 'en' ? `${done} (${by})` : `${done}（${by}）`;
    return from.flatMap((before) => to.map((after) => ({ from: before, to: after, label })));
  });
}

function verbOf(name: string, language: Language): string {
  const verb = name.split(':')[1] as string;
  return language === 'en' ? verb : (verbs[name] ?? word(verbs, verb));
}

function word(words: Readonly<Record<string, string>>, name: string): string {
  const found = words[name];
  if (found === undefined) throw new Error(`chaincode/src/model/words.ts has no Chinese for ${name}`);
  return found;
}
