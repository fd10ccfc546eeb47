import { assetRegister, assetRevise, assetStatus, distributionInput, shareType } from '@drl/chaincode/model/records/asset';
import { LD_JSON } from '../../standards/jsonld.js';
import { assetAsDcat, catalogAsDcat } from '../../usecases/exportDcat.js';
import { flag, text, whole } from '../query.js';
import { alsoAs } from '../representations.js';
import { z } from '../zod.js';
import { readMany, readOne, readVersions, step, write } from './records.js';

const seen = 'every caller for published assets; else its department, managers, auditors';
const owner = 'a steward of the publishing department';
const dcat = { name: 'dcat', mediaType: LD_JSON };

export const assets = [
  alsoAs(
    readMany('asset', 'assets', seen, {
      q: text.optional(),
      publisher: text.optional(),
      formerly: text.optional(),
      theme: text.optional(),
      shareType: shareType.optional(),
      status: assetStatus.optional(),
      element: text.optional(),
      attached: flag.optional(),
      overdue: flag.optional(),
      catalogCode: text.optional(),
    }),
    { ...dcat, description: 'a page of the catalogue as DCAT-AP 3', from: (page, services) => catalogAsDcat(services, page) },
  ),
  write({
    path: '/assets',
    tag: 'assets',
    summary: 'Register an asset',
    who: 'a steward, for the own department',
    name: 'asset:register',
    body: assetRegister,
    kind: 'asset',
    creates: 'assets',
    input: (body) => body,
  }),
  alsoAs(readOne('asset', 'assets', seen, z.strictObject({ version: whole(1).optional() })), {
    ...dcat,
    description: 'the asset as DCAT-AP 3',
    from: (asset, services) => assetAsDcat(services, asset),
  }),
  write({
    method: 'patch',
    path: '/assets/{id}',
    tag: 'assets',
    summary: 'Revise an asset: absent fields stay, null clears',
    who: owner,
    name: 'asset:revise',
    body: assetRevise.shape.changes,
    kind: 'asset',
    changes: 'asset',
    input: (changes, { id }) => ({ id: id as string, changes }),
  }),
  step('asset', 'assets', 'asset:publish', 'Publish an asset', owner),
  step('asset', 'assets', 'asset:suspend', 'Suspend an asset', owner),
  step('asset', 'assets', 'asset:resume', 'Resume a suspended asset', owner),
  step('asset', 'assets', 'asset:retire', 'Retire an asset for good', owner),
  write({
    method: 'put',
    path: '/assets/{id}/distributions/{name}',
    tag: 'assets',
    summary: 'Attach a resource, or replace the one of that name',
    who: owner,
    name: 'asset:attach',
    body: distributionInput,
    kind: 'asset',
    changes: 'asset',
    input: (body, { id, name }) => ({ id: id as string, distribution: { ...body, name: name as string } }),
  }),
  readVersions('asset', 'assets', seen),
];
