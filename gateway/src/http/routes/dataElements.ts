import { elementType } from '@drl/chaincode/model/records/asset';
import { dataElementPropose, dataElementStatus } from '@drl/chaincode/model/records/dataElement';
import { flag, text, whole } from '../query.js';
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
  readOne('data-element', 'data-elements', 'every caller', z.strictObject({ version: whole(1).optional() })),
  readVersions('data-element', 'data-elements', 'every caller'),
  step('data-element', 'data-elements', 'data-element:adopt', 'Adopt what is proposed: it, or its revision, comes into force', 'manager'),
  step('data-element', 'data-elements', 'data-element:return', 'Return what is proposed to be amended', 'manager'),
  step('data-element', 'data-elements', 'data-element:revise', 'Propose a whole new body: the adopted one stays in force meanwhile', owner),
  step('data-element', 'data-elements', 'data-element:retire', 'Retire an adopted data element for good', 'manager'),
];
