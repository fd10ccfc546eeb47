import { departmentId } from '@drl/chaincode/model/records/common';
import { department, departmentAdmit, departmentRename, departmentSucceed } from '@drl/chaincode/model/records/department';
import { passOnAll } from '../../usecases/succession.js';
import { endpoint } from '../endpoint.js';
import { text } from '../query.js';
import { LINES, streamed } from '../streamed.js';
import { z } from '../zod.js';
import { readMany, readOne, write } from './records.js';

/** Successor by the id of an asset (and what hangs on it) or of any other record; the rest goes to the default. */
const succession = departmentSucceed
  .omit({ id: true })
  .extend({ default: departmentId.optional(), assign: z.record(z.string().max(128), departmentId).optional() });

export const departments = [
  readMany('department', 'departments', 'every caller', {
    mspId: text.optional(),
    status: department.shape.status.optional(),
    successor: text.optional(),
  }),
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
  write({
    path: '/departments/{id}/rename',
    tag: 'departments',
    summary: 'Give a department another name; the one before is kept beside it',
    who: 'manager',
    name: 'department:rename',
    body: departmentRename.omit({ id: true }),
    kind: 'department',
    changes: 'department',
    input: (body, { id }) => ({ ...body, id: id as string }),
  }),
  endpoint({
    method: 'post',
    path: '/departments/{id}/succession',
    tag: 'departments',
    summary: 'Merge or split a department: dissolve it, and pass on what it bears; asked again, it goes on with what still waits',
    who: 'manager',
    body: succession,
    answers: { 200: { description: 'One JSON object a line: dissolved or split, passed, kept, summary', mediaType: LINES } },
    handle: async (call, services) => {
      const { who, requestId, params, body, signal } = call;
      return streamed(passOnAll(services, who, requestId, { ...body, id: params.id as string }, signal), 1, call);
    },
  }),
];
