import { elementType } from '@drl/chaincode/model/records/asset';
import { dataElementPropose, dataElementStatus } from '@drl/chaincode/model/records/dataElement';
import { findingKinds } from '../../readmodel/finding.js';
import { listFindings } from '../../usecases/listFindings.js';
import { endpoint } from '../endpoint.js';
import { filterOf, flag, pageOf, paging, text, whole } from '../query.js';
import { finding, listOf } from '../schemas.js';
import { z } from '../zod.js';
import { readMany, readOne, readVersions, step, write } from './records.js';

const owner = 'a steward of the department that proposed it';

/** The shared dictionary (统一数据标准). */
export const dataElements = [
  readMany('data-element', 'data-elements', 'every caller', {
    q: text.optional(),
    owner: text.optional(),
    type: elementType.optional(),
    status: dataElementStatus.optional(),
    revised: flag.optional(),
  }),
  write({
    path: '/data-elements',
    tag: 'data-elements',
    summary: 'Propose a data element, under an id of its own choice',
    who: 'a steward or manager, for the own department',
    name: 'data-element:propose',
    body: dataElementPropose,
    kind: 'data-element',
    creates: 'data-elements',
    input: (body) => body,
  }),
  endpoint({
    method: 'get',
    path: '/data-elements/findings',
    tag: 'data-elements',
    summary: 'Where names and types differ from one another and from the dictionary',
    who: 'a department, what concerns itself; managers and auditors, what concerns anybody',
    query: z.strictObject({
      kind: z.enum(findingKinds).optional(),
      department: text.optional(),
      asset: text.optional(),
      asOfBlock: whole(0).optional(),
      ...paging,
    }),
    answers: { 200: { description: 'A page', schema: listOf('Finding', finding) } },
    handle: async ({ query, who: { caller } }, services) => ({
      body: await listFindings(services, caller, filterOf(query), pageOf(query)),
    }),
  }),
  readOne('data-element', 'data-elements', 'every caller', z.strictObject({ version: whole(1).optional() })),
  readVersions('data-element', 'data-elements', 'every caller'),
  step('data-element', 'data-elements', 'data-element:adopt', 'Adopt what is proposed: it, or its revision, comes into force', 'manager'),
  step('data-element', 'data-elements', 'data-element:return', 'Return what is proposed to be amended', 'manager'),
  step('data-element', 'data-elements', 'data-element:revise', 'Propose a whole new body: the adopted one stays in force meanwhile', owner),
  step('data-element', 'data-elements', 'data-element:retire', 'Retire an adopted data element for good', 'manager'),
];
