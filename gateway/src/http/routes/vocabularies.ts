import { listVocabulary, vocabularyNames } from '../../usecases/listVocabulary.js';
import { notFound } from '../../usecases/visibility.js';
import { endpoint } from '../endpoint.js';
import { term } from '../schemas.js';
import { z } from '../zod.js';

export const vocabularies = [
  endpoint({
    method: 'get',
    path: '/vocabularies/{name}',
    tag: 'vocabularies',
    summary: `Terms to choose from: ${vocabularyNames.join(', ')}`,
    who: 'every caller',
    answers: { 200: { description: 'The terms', schema: z.strictObject({ items: z.array(term) }) } },
    handle: async ({ params }) => {
      const items = listVocabulary(params.name as string);
      if (!items) throw notFound(params.name as string);
      return { body: { items } };
    },
  }),
];
