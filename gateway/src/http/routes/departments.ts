import { departmentAdmit } from '@drl/chaincode/model/records/department';
import { text } from '../query.js';
import { readMany, readOne, write } from './records.js';

export const departments = [
  readMany('department', 'departments', 'every caller', { mspId: text.optional() }),
  write({
    path: '/departments',
    tag: 'departments',
    summary: 'Admit a department',
    who: 'manager',
    name: 'department:admit',
    body: departmentAdmit,
    kind: 'department',
    creates: 'departments',
    input: (body) => body,
  }),
  readOne('department', 'departments', 'every caller'),
];
