import { elementTypes, purposes, type Term, themes } from '@drl/chaincode/model/vocabularies';
import { regions } from '../regions.js';

/** Who may: every caller. */
const vocabularies: Readonly<Record<string, readonly Term[]>> = { themes, purposes, 'element-types': elementTypes, regions };
export const vocabularyNames = Object.keys(vocabularies);

export function listVocabulary(name: string): readonly Term[] | undefined {
  return Object.hasOwn(vocabularies, name) ? vocabularies[name] : undefined;
}
