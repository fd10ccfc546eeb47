import { createHmac } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import type { Asset } from '@drl/chaincode/model/records/asset';
import { normal } from '../delivery/query/compare.js';

/** Who a row is about, where that is a person: the elements that identify, by the dictionary's name where they have one, so that assets agree. */
export function identifying({ elements }: Pick<Asset, 'elements'>): readonly { readonly name: string; readonly key: string }[] {
  const named = elements.filter(({ identifies }) => identifies);
  if (!named.some(({ personal }) => personal)) return [];
  return named.map(({ name, dataElementId }) => ({ name, key: dataElementId ?? name }));
}

/** HMAC-SHA256 under the department's key, over canonical JSON of key → value in NFKC. Undefined where a value is missing: such a row names nobody. */
export function tagOf(key: Buffer, values: Readonly<Record<string, string | undefined>>): Buffer | undefined {
  const normalised = Object.entries(values).map(([name, value]) => [name, normal(value ?? '')] as const);
  if (normalised.length === 0 || normalised.some(([, value]) => value === '')) return undefined;
  return createHmac('sha256', key)
    .update(canonical(Object.fromEntries(normalised)))
    .digest();
}

/** What the ledger's tree is over: of no use to anybody who has neither tag nor salt, and different for every share. */
export function leafOf(salt: Buffer, tag: Buffer): Buffer {
  return createHmac('sha256', salt).update(tag).digest();
}
