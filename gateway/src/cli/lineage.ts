import type { Localized } from '@drl/chaincode/model/records/common';
import { plain, type Texts, t } from './terminal.js';

/** A lineage drawn as two trees of text: upstream above, downstream below. */

interface Node {
  readonly asset: string;
  readonly publisher: string;
  readonly title?: Localized;
  readonly status?: string;
}
interface Link {
  readonly inForce: boolean;
  readonly output: string;
  readonly input: string;
  readonly inputVersion: number;
  readonly share?: string;
}
export interface LineageAnswer {
  readonly asset: string;
  readonly asOf: { readonly block: number };
  readonly nodes: readonly Node[];
  readonly links: readonly Link[];
  readonly upstream: readonly { readonly asset: string; readonly why: string; readonly grant?: string }[];
  readonly truncated: boolean;
}

const words = {
  upstream: { zh: '取自', en: 'made of' },
  downstream: { zh: '用于生成', en: 'went into' },
  none: { zh: '没有衍生记录', en: 'no derivation is recorded' },
  replaced: { zh: '已被更新', en: 'derived anew since' },
  share: { zh: '共享', en: 'share' },
  again: { zh: '见上', en: 'see above' },
  truncated: { zh: '还有未显示的：加 --depth', en: 'there is more: raise --depth' },
  asOf: { zh: '截至区块', en: 'as of block' },
} as const satisfies Record<string, Texts>;
const whys: Readonly<Record<string, Texts>> = {
  suspended: { zh: '已暂停', en: 'suspended' },
  retired: { zh: '已停用', en: 'retired' },
  'grant-suspended': { zh: '授权已暂停', en: 'its grant is suspended' },
  'grant-revoked': { zh: '授权已撤销', en: 'its grant is revoked' },
};

export function drawLineage(answer: LineageAnswer): string {
  const { asset, asOf, links, upstream, truncated } = answer;
  const lines = [`${nameOf(answer, asset)}  ${t(words.asOf)} ${asOf.block}`];
  if (links.length === 0) lines.push(t(words.none));
  lines.push(...tree(answer, 'upstream', asset, '', new Set([asset])), ...tree(answer, 'downstream', asset, '', new Set([asset])));
  for (const { asset: at, why, grant } of upstream)
    lines.push(plain(`! ${nameOf(answer, at)}  ${t(whys[why] ?? { zh: why, en: why })}${grant === undefined ? '' : ` ${grant}`}`));
  if (truncated) lines.push(t(words.truncated));
  return lines.join('\n');
}

function tree(answer: LineageAnswer, way: 'upstream' | 'downstream', from: string, indent: string, seen: Set<string>): string[] {
  const [near, far] = way === 'upstream' ? (['output', 'input'] as const) : (['input', 'output'] as const);
  const links = answer.links.filter((link) => link[near] === from);
  return links.flatMap((link, i) => {
    const last = i === links.length - 1;
    const next = link[far];
    const known = seen.has(next);
    seen.add(next);
    const notes = [
      way === 'upstream' ? `v${link.inputVersion}` : '',
      link.share === undefined ? '' : `${t(words.share)} ${link.share}`,
      link.inForce ? '' : t(words.replaced),
      known ? t(words.again) : '',
    ].filter(Boolean);
    const line = plain(`${indent}${last ? '└' : '├'}─ ${t(words[way])} ${[nameOf(answer, next), ...notes].join('  ')}`);
    return known ? [line] : [line, ...tree(answer, way, next, `${indent}${last ? '   ' : '│  '}`, seen)];
  });
}

function nameOf({ nodes }: LineageAnswer, id: string): string {
  const node = nodes.find(({ asset }) => asset === id);
  const title = node?.title && [node.title.zh, node.title.en].filter(Boolean).join(' ');
  const status = node?.status === undefined || node.status === 'published' ? '' : ` [${node.status}]`;
  return `${title === undefined ? id : `${title} ${id}`} (${node?.publisher ?? '?'})${status}`;
}
