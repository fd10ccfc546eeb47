import type { Element } from '@drl/chaincode/model/records/asset';
import type { Constraints } from '@drl/chaincode/model/records/grant';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { type Add, consumer, type Ids, MANAGER, type MomentReader, type Step, steward } from './cast.js';
import { complaintSteps } from './complaints.js';
import type { DemoAsset, DemoConstraints, DemoGrant, Demonstration, DemoRight } from './data.js';
import { demandSteps } from './demands.js';
import { derivationSteps } from './derivations.js';
import { dictionarySteps } from './dictionary.js';
import { checksumOf } from './payload.js';
import { planSteps } from './plans.js';
import { shareSteps } from './shares.js';

/** The demonstration as transactions in the order of their times: pure, so that what will be played can be looked at first. */

const BUREAU = 'data-bureau';
const MINUTE = 60_000;

export function stepsOf(demo: Demonstration, moment: MomentReader): Step[] {
  const steps: Step[] = [];
  const add: Add = (at, as, name, input, saves) => steps.push({ at, as, name, input, ...(saves ? { saves } : {}) } as unknown as Step);
  const assets = new Map(demo.assets.map((asset) => [asset.key, asset]));
  const find = (key: string): DemoAsset => {
    const asset = assets.get(key);
    if (!asset) throw new Error(`the demonstration has no asset ${key}`);
    return asset;
  };
  for (const element of demo.dictionary) dictionarySteps(element, moment, add);
  for (const asset of demo.assets) {
    assetSteps(asset, moment, add);
    if (asset.published !== undefined && !demo.ownership.except.includes(asset.key)) ownershipSteps(asset, demo, moment, add);
  }
  for (const [n, right] of demo.rights.entries()) rightSteps(`right ${n}`, right, find(right.asset), moment, add);
  const publisherOf = (asset: string) => find(asset).department;
  const demandOf = new Map(demo.demands.flatMap(({ key, grants = [] }) => grants.map((grant) => [grant, key] as const)));
  for (const demand of demo.demands) demandSteps(demand, publisherOf, moment, add);
  for (const grant of demo.grants) {
    grantSteps(grant, demandOf.get(grant.key), find(grant.asset), moment, add);
    shareSteps(grant, find(grant.asset), moment, add);
  }
  for (const plan of demo.plans) planSteps(plan, moment, add);
  for (const { department: id, at, name, basis } of demo.renames)
    add(moment(at), MANAGER, 'department:rename', () => ({ id, name, basis }));
  for (const derivation of demo.derivations) derivationSteps(derivation, publisherOf, moment, add);
  complaintSteps(demo, publisherOf, moment, add);
  return steps.sort((a, b) => a.at - b.at);
}

function assetSteps(asset: DemoAsset, moment: MomentReader, add: Add): void {
  const { key, department, elements, file, api, registered, published, modified, suspended, retired } = asset;
  const { suspendedBecause, retiredBecause, ...rest } = asset;
  const {
    key: _k,
    department: _d,
    file: _f,
    api: _a,
    registered: _r,
    published: _p,
    modified: _m,
    suspended: _s,
    retired: _t,
    ...fields
  } = rest;
  const on = (day: number, time: string) => moment(`-${day} ${time}`);
  const by = steward(department);
  const time = (at: number) => new Date(at).toISOString();
  const content = file ? { contentHash: checksumOf(file) } : {};
  const first = on(registered, '09:00');
  add(
    first,
    by,
    'asset:register',
    () =>
      ({
        ...fields,
        elements: elements.map(element),
        contentModified: time(first - 30 * MINUTE),
        ...content,
      }) as TransactionInput<'asset:register'>,
    key,
  );
  const accessURL = file ? `file:${file}` : api;
  if (accessURL) {
    const distribution = {
      name: file ? 'csv' : 'api',
      accessURL,
      mediaType: file ? 'text/csv' : 'application/json',
      ...(file ? { checksum: { algorithm: 'sha-256' as const, value: checksumOf(file) } } : {}),
    };
    add(on(registered, '09:30'), by, 'asset:attach', (ids) => ({ id: ids(key), distribution }));
  }
  if (published !== undefined) add(on(published, '10:00'), by, 'asset:publish', (ids) => ({ id: ids(key) }));
  if (modified !== undefined) {
    const at = on(modified, '17:00');
    add(at, by, 'asset:revise', (ids) => ({ id: ids(key), changes: { contentModified: time(at - 30 * MINUTE) } }));
  }
  if (suspended !== undefined) add(on(suspended, '16:00'), by, 'asset:suspend', (ids) => ({ id: ids(key), ...because(suspendedBecause) }));
  if (retired !== undefined) add(on(retired, '16:00'), by, 'asset:retire', (ids) => ({ id: ids(key), ...because(retiredBecause) }));
}

const because = (reason: DemoAsset['suspendedBecause']) => (reason ? { reason } : {});

function element([name, zh, en, type, ...marks]: DemoAsset['elements'][number]): Element {
  const id = marks.find((mark) => mark.startsWith('de:'))?.slice(3);
  return {
    name,
    title: { zh, en },
    type: type as Element['type'],
    ...(marks.includes('personal') ? { personal: true } : {}),
    ...(marks.includes('sensitive') ? { sensitive: true } : {}),
    ...(marks.includes('identifies') ? { identifies: true } : {}),
    ...(marks.includes('withheld') ? { shareType: 'none' as const } : {}),
    ...(id ? { dataElementId: id } : {}),
  };
}

function ownershipSteps({ key, department, registered }: DemoAsset, { ownership }: Demonstration, moment: MomentReader, add: Add): void {
  const right = `ownership of ${key}`;
  const claim = { rightType: 'ownership' as const, role: 'producer' as const, basis: ownership.basis };
  add(moment(`-${registered} 11:00`), steward(department), 'right:claim', (ids) => ({ asset: ids(key), ...claim }), right);
  add(moment(`-${registered - 1} 09:15`), MANAGER, 'right:confirm', (ids) => ({ id: ids(right) }));
}

function rightSteps(key: string, right: DemoRight, asset: DemoAsset, moment: MomentReader, add: Add): void {
  const { at, confirmed, offer, contest, holder, asset: _, ...claim } = right;
  const id = (ids: Ids) => ({ id: ids(key) });
  add(moment(at), steward(holder), 'right:claim', (ids) => ({ asset: ids(asset.key), ...claim }), key);
  if (confirmed) add(moment(confirmed), right.rightType === 'ownership' ? MANAGER : steward(asset.department), 'right:confirm', id);
  if (offer) {
    add(moment(offer.at), steward(holder), 'right:offer', (ids) => ({ id: ids(key), to: offer.to }));
    if (offer.accepted) add(moment(offer.accepted), steward(offer.to), 'right:accept', id);
    if (offer.declined) add(moment(offer.declined), steward(offer.to), 'right:decline', id);
  }
  if (contest) add(moment(contest.at), steward(contest.by), 'right:contest', (ids) => ({ id: ids(key), reason: contest.reason }));
}

function grantSteps(grant: DemoGrant, demand: string | undefined, asset: DemoAsset, moment: MomentReader, add: Add): void {
  const { key, elements, purpose, legalBasis, renews } = grant;
  const asked = moment(grant.at);
  const terms = { elements: [...elements], purpose, legalBasis, ...(grant.duties ? { duties: [...grant.duties] } : {}) };
  const limits = constraintsOf(grant.constraints, asked, moment);
  add(
    asked,
    consumer(grant.by),
    'grant:request',
    (ids) => ({
      asset: ids(asset.key),
      ...terms,
      ...limits,
      ...(renews ? { renews: ids(renews) } : {}),
      ...(demand ? { demand: ids(demand) } : {}),
    }),
    key,
  );
  for (const step of grant.steps ?? []) {
    const mine = step.do === 'resubmit' || step.do === 'withdraw';
    const as = mine ? consumer(grant.by) : step.by === BUREAU ? MANAGER : steward(asset.department);
    const said = { ...(step.reason ? { reason: step.reason } : {}), ...(step.elements ? { elements: [...step.elements] } : {}) };
    add(
      moment(step.at),
      as,
      `grant:${step.do}`,
      (ids) => ({ id: ids(key), ...said, ...constraintsOf(step.constraints, asked, moment) }) as TransactionInput<'grant:approve'>,
    );
  }
}

function constraintsOf(given: DemoConstraints | undefined, asked: number, moment: MomentReader): { constraints?: Constraints } {
  if (!given) return {};
  const { validDays, validTo, ...limits } = given;
  const end = validTo ? moment(validTo) : validDays ? asked + validDays * 24 * 60 * MINUTE : undefined;
  return { constraints: { ...limits, ...(end ? { validTo: new Date(end).toISOString() } : {}) } };
}
