import { exportEvidence } from '@drl/gateway/evidence/export';
import type { Report } from '@drl/gateway/evidence/report';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import fc from 'fast-check';
import { Story } from './story';

/** "A bundle carries nothing that it does not prove": whatever is changed, added, taken away or put in from another bundle, it is refused and says why. */
type Path = readonly (string | number)[];
type Node = Record<string | number, unknown>;

// Thousands of verifications.
jest.setTimeout(300_000);

const story = Story.walk();
let file: Buffer;
let json: Node;
let paths: { leaves: Path[]; nodes: Path[] };

beforeAll(async () => {
  file = (await exportEvidence({ kind: 'share', id: story.share.id }, story.world.source())) as Buffer;
  json = JSON.parse(file.toString());
  paths = { leaves: [], nodes: [] };
  walk(json, []);
});

function walk(value: unknown, path: Path): void {
  if (value === null || typeof value !== 'object') {
    paths.leaves.push(path);
    return;
  }
  paths.nodes.push(path);
  for (const [key, child] of Object.entries(value)) walk(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

function at(root: unknown, path: Path): unknown {
  return path.reduce((node, key) => (node as Node)[key], root);
}

function changed(path: Path, change: (parent: Node, key: string | number) => void): Node {
  const copy = structuredClone(json);
  change(at(copy, path.slice(0, -1)) as Node, path.at(-1) as string | number);
  return copy;
}

const verify = (value: unknown): Promise<Report> => verifyEvidence(Buffer.from(JSON.stringify(value)), story.world.trust);

function refused(report: Report, what: string): void {
  if (report.verdict === 'proven') throw new Error(`${what}: still proven`);
  if (!report.fault?.code) throw new Error(`${what}: refused without a reason`);
}

/** One other value of the same sort; of base64, another byte somewhere. */
function other(value: unknown, seed: number): unknown {
  if (typeof value === 'number') return seed % 2 === 0 ? value + 1 : Math.max(value - 1, value === 0 ? 2 : 0);
  if (typeof value === 'boolean') return !value;
  if (value === null) return {};
  const text = value as string;
  if (text === '') return '0';
  const i = seed % text.length;
  const swap =
    text[i] === 'A'
      ? 'B'
      : text[i] === '0'
        ? '1'
        : text[i] === 'a'
          ? 'b'
          : /[0-9]/.test(text[i] as string)
            ? '0'
            : /[a-z]/.test(text[i] as string)
              ? 'a'
              : 'A';
  return text.slice(0, i) + swap + text.slice(i + 1);
}

it('is proven as it is, and written in another order or with white space', async () => {
  expect((await verifyEvidence(file, story.world.trust)).verdict).toBe('proven');
  const reversed = JSON.stringify(json, null, 2);
  const backwards = (v: unknown): unknown =>
    Array.isArray(v)
      ? v.map(backwards)
      : v && typeof v === 'object'
        ? Object.fromEntries(
            Object.entries(v)
              .reverse()
              .map(([k, c]) => [k, backwards(c)]),
          )
        : v;
  expect((await verifyEvidence(Buffer.from(reversed), story.world.trust)).verdict).toBe('proven');
  expect((await verify(backwards(json))).verdict).toBe('proven');
});

it('refuses a change of any leaf', async () => {
  expect(paths.leaves.length).toBeGreaterThan(300);
  for (const [n, path] of paths.leaves.entries())
    refused(
      await verify(
        changed(path, (parent, key) => {
          parent[key] = other(parent[key], n * 7919);
        }),
      ),
      path.join('.'),
    );
});

it('refuses a change at any place of any leaf', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), async (which, seed) => {
      const path = paths.leaves[which % paths.leaves.length] as Path;
      refused(
        await verify(
          changed(path, (parent, key) => {
            parent[key] = other(parent[key], seed);
          }),
        ),
        path.join('.'),
      );
    }),
    { numRuns: 150 },
  );
});

it('refuses a leaf emptied, null or of another type', async () => {
  for (const [n, path] of paths.leaves.entries()) {
    const wrong = ['', null, [], 0.5, true].filter((w) => w !== at(json, path));
    refused(
      await verify(
        changed(path, (parent, key) => {
          parent[key] = wrong[n % wrong.length];
        }),
      ),
      path.join('.'),
    );
  }
});

it('refuses anything left out', async () => {
  for (const path of [...paths.leaves, ...paths.nodes].filter((p) => p.length > 0))
    refused(
      await verify(
        changed(path, (parent, key) => {
          if (Array.isArray(parent)) parent.splice(Number(key), 1);
          else delete parent[key];
        }),
      ),
      `without ${path.join('.')}`,
    );
});

it('refuses anything added', async () => {
  for (const path of paths.nodes) {
    const copy = structuredClone(json);
    const node = at(copy, path);
    if (Array.isArray(node)) node.push(structuredClone(node[0]));
    else (node as Node).more = 'x';
    refused(await verify(copy), `more in ${path.join('.')}`);
  }
});

it('refuses parts of another bundle, of the same ledger or of a like one', async () => {
  const share = story.share.id;
  story.deliver('cd'.repeat(32));
  const others = [
    await exportEvidence({ kind: 'share', id: story.share.id }, story.world.source()),
    await exportEvidence({ kind: 'share', id: share }, story.world.source()),
    await exportEvidence({ kind: 'grant', id: story.grant.id }, story.world.source()),
    await exportEvidence({ kind: 'transaction', id: story.share.created.transactionId }, story.world.source()),
  ];
  const like = Story.walk();
  others.push(await exportEvidence({ kind: 'share', id: like.share.id }, like.world.source()));
  let swapped = 0;
  for (const bytes of others) {
    const donor = JSON.parse((bytes as Buffer).toString()) as Node;
    for (const path of [...paths.leaves, ...paths.nodes].filter((p) => p.length > 0)) {
      let given: unknown;
      try {
        given = at(donor, path);
      } catch {
        continue;
      }
      // A whole answer of an organisation to the same question is as good as the one it replaces.
      if (given === undefined || path[2] === 'attestations' || JSON.stringify(given) === JSON.stringify(at(json, path))) continue;
      // The same transactions with other attestations are no other content.
      if (path.length <= 2 && path[0] === 'transactions' && withoutAttestations(given) === withoutAttestations(at(json, path))) continue;
      refused(
        await verify(
          changed(path, (parent, key) => {
            parent[key] = given;
          }),
        ),
        path.join('.'),
      );
      swapped++;
    }
  }
  expect(swapped).toBeGreaterThan(100);
});

function withoutAttestations(value: unknown): string {
  return JSON.stringify(value, (key, v) => (key === 'attestations' ? undefined : v));
}

it('refuses attestations put under another transaction', async () => {
  const transactions = json.transactions as Node[];
  for (let i = 1; i < transactions.length; i++)
    refused(
      await verify(
        changed(['transactions', i, 'attestations'], (parent, key) => {
          parent[key] = transactions[i - 1]?.attestations;
        }),
      ),
      `attestations of ${i - 1}`,
    );
});
