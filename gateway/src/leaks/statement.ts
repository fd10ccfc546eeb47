import type { Localized } from '@drl/chaincode/model/records/common';
import type { Finding } from './verdict.js';

/** What a search comes to, in words: what it says of the deliveries named, and what it cannot say. */
export interface Standing {
  readonly consumer: string;
  readonly finding: Finding;
  readonly confidence: number;
}

type Said = Required<Localized>;

export function statementOn(deliveries: readonly Standing[], sameBytes: number): Said {
  const of = (finding: Finding) => deliveries.filter((delivery) => delivery.finding === finding);
  const [identified, only, alike, holding] = [of('identified'), of('only-recipient'), of('indistinguishable'), of('contains')];
  const said: Said[] = [];
  const count = (some: readonly Standing[]) => ({ n: some.length, departments: new Set(some.map(({ consumer }) => consumer)).size });
  if (identified.length > 0)
    said.push({
      zh: `有 ${identified.length} 次交付的标记出现在样本中，被误认的概率见各条 falseAccusation。`,
      en: `The marks of ${identified.length} deliveries are in the sample; falseAccusation says how probable it is that one is named wrongly.`,
    });
  if (only.length > 0)
    said.push({
      zh: `有 ${only.length} 次交付是持有这些行的唯一交付，但其中没有标记：提供方自己的副本也有同样的行，无法排除。`,
      en: `${only.length} deliveries alone hold these rows, without marks: the provider’s own copy holds them too, and is not excluded.`,
    });
  if (alike.length > 0) {
    const { n, departments } = count(alike);
    said.push({
      zh: `${departments} 个部门的 ${n} 次交付含有相同的行，未约定标记，彼此无从区分，提供方自己的副本亦然：每次的可信度仅为均分，不构成指认。`,
      en: `${n} deliveries to ${departments} departments hold the same rows, and no marks were agreed: nothing tells them apart, nor from the provider’s own copy. Each is as probable as the other; none is accused.`,
    });
  }
  if (identified.length + only.length + alike.length === 0 && holding.length > 0)
    said.push({
      zh: `${holding.length} 次交付含有样本中的行，但没有迹象表明样本出自其中任何一次。`,
      en: `${holding.length} deliveries hold rows of the sample, and nothing says that it came from any of them.`,
    });
  if (sameBytes > 0)
    said.push({
      zh: `账本上有 ${sameBytes} 笔共享的载荷摘要与样本相同。`,
      en: `The payload digest of ${sameBytes} shares on the ledger is that of the sample.`,
    });
  if (said.length === 0) said.push({ zh: '本网关的交付中没有这些行。', en: 'No delivery of this gateway holds any of these rows.' });
  return { zh: said.map(({ zh }) => zh).join(''), en: said.map(({ en }) => en).join(' ') };
}
