import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asset, Element } from '@drl/chaincode/model/records/asset';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { openReadModel } from '@drl/gateway/readmodel/open';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { CHAINCODE, Chain, type Person, type TransactionInput } from './blocks.js';
import { department, people, settings } from './shares.js';

/**
 * What a question about names costs as assets grow ten times over. Every asset has ten elements, their names drawn from a vocabulary of which
 * half is in the dictionary; some are bound, and now and then one has another type.
 */
interface FindingFigures {
  readonly assets: number;
  readonly findings: number;
  /** Milliseconds of processor time, since others may use the machine: a department's first page, all that concerns it, the first page of everybody's, and a department's first page of the middle block. */
  readonly firstPage: number;
  readonly all: number;
  readonly everybody: number;
  readonly past: number;
  readonly search: number;
}

const ELEMENTS = 10;
const VOCABULARY = 1000;
const PER_BLOCK = 200;
const START = Date.parse('2026-03-02T01:00:00.000Z');

async function benchFindings(sizes: readonly number[] = [1_000, 10_000]): Promise<FindingFigures[]> {
  const figures: FindingFigures[] = [];
  for (const assets of sizes) figures.push(await measure(assets));
  return figures;
}

async function measure(assets: number): Promise<FindingFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-findings-'));
  const blocks = [...namedBlocks(assets)];
  const model = await openReadModel({
    dir: join(dir, 'store'),
    chaincode: CHAINCODE,
    height: async () => BigInt(blocks.length),
    async *blocks(from, signal) {
      for (const block of blocks.slice(Number(from))) yield block;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  });
  try {
    await model.reached(blocks.length - 1);
    const own = { department: 'department-3', viewer: 'department-3' };
    const [firstPage] = await timed(() => model.findings(own, { limit: 50 }));
    const [all, findings] = await timed(() => every(model, own));
    const [everybody] = await timed(() => model.findings({}, { limit: 50 }));
    const [past] = await timed(() => model.findings(own, { limit: 50, asOfBlock: Math.floor(blocks.length / 2) }));
    const [search] = await timed(() => model.list('asset', { q: 'term7' }, { limit: 50 }));
    return { assets, findings, firstPage, all, everybody, past, search };
  } finally {
    await model.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[milliseconds: number, answer: T]> {
  await work();
  const before = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  return [Math.round((user + system) / 1000), answer];
}

async function every(model: ReadModel, filter: { department: string; viewer: string }): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await model.findings(filter, { limit: 200, ...(cursor === '' ? {} : { cursor }) });
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}

function* namedBlocks(assets: number): Generator<Buffer> {
  const chain = new Chain();
  let now = START;
  const { manager, departments } = people();
  const write = (by: Person, action: string, made: (stamp: Stamp) => LedgerRecord): TransactionInput => {
    now += 100;
    return { by, at: now, action, writes: (stamp) => [made(stamp)] };
  };
  yield chain.genesis(START);
  yield chain.block([write(manager, 'settings:set', settings)]);
  for (const one of [manager, ...departments]) yield chain.block([write(manager, 'department:admit', (stamp) => department(one, stamp))]);
  for (let n = 0; n < VOCABULARY; n += 2) {
    let proposed: DataElement | undefined;
    yield chain.block([
      write(departments[n % departments.length] as Person, 'data-element:propose', (s) => (proposed = dataElement(n, s))),
    ]);
    yield chain.block([write(manager, 'data-element:adopt', (s) => adopted(proposed as DataElement, s))]);
  }
  for (let first = 0; first < assets; first += PER_BLOCK) {
    const registered = new Map<number, Asset>();
    const several = Array.from({ length: Math.min(PER_BLOCK, assets - first) }, (_, i) => first + i);
    const by = (n: number) => departments[n % departments.length] as Person;
    yield chain.block(
      several.map((n) =>
        write(by(n), 'asset:register', (stamp) => {
          const made = assetOf(n, stamp);
          registered.set(n, made);
          return made;
        }),
      ),
    );
    yield chain.block(
      several.map((n) =>
        write(by(n), 'asset:publish', (updated) => ({ ...(registered.get(n) as Asset), version: 2, updated, status: 'published' })),
      ),
    );
  }
}

const born = (id: string, stamp: Stamp) => ({ id, version: 1, created: stamp, updated: stamp });

function dataElement(n: number, stamp: Stamp): DataElement {
  const base = { kind: 'data-element' as const, ...born(`de-${n}`, stamp), owner: stamp.department };
  return { ...base, name: { en: `Term${n}` }, definition: { en: 'what it is' }, type: 'string', status: 'proposed' };
}

function adopted(element: DataElement, stamp: Stamp): DataElement {
  return { ...element, version: 2, updated: stamp, adopted: stamp, edition: 1, status: 'adopted' };
}

function assetOf(n: number, stamp: Stamp): Asset {
  // Numbers that look drawn and are the same in every run.
  const elements = Array.from({ length: ELEMENTS }, (_, i): Element => {
    const drawn = (n * 7919 + i * 104_729) % VOCABULARY;
    const bound = drawn % 2 === 0 && (n + i) % 3 > 0;
    const type = !bound && (n + i) % 50 === 0 ? 'integer' : 'string';
    return { name: `term${drawn}`, type, ...(bound ? { dataElementId: `de-${drawn}` } : {}) };
  });
  const unique = [...new Map(elements.map((element) => [element.name, element])).values()];
  return {
    kind: 'asset',
    ...born(`ast-${String(n).padStart(6, '0')}`, stamp),
    publisher: stamp.department,
    title: { en: `Asset ${n}` },
    elements: unique,
    shareType: 'unconditional',
    shareMethod: 'file',
    distributions: [],
    status: 'registered',
  };
}

if (require.main === module) void benchFindings().then((figures) => console.table(figures));
