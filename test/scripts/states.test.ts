import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acts } from '@drl/chaincode/model/rules/acts';
import { transactions } from '@drl/chaincode/model/transactions';
import { kinds, type Language } from '@drl/chaincode/model/words';
import { files, statesDocument } from '../../scripts/states/draw';

const root = join(__dirname, '../..');

test.each(Object.entries(files))('the drawings in %s are those of the code (npm run states)', (language, file) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe(statesDocument(language as Language));
});

test('every kind with more than one state is drawn', () => {
  const moving = Object.entries(acts)
    .filter(([, rules]) => new Set(rules.flatMap(({ to }) => [...to] as string[])).size > 1)
    .map(([kind]) => kind);
  expect(moving.filter((kind) => !(kind in kinds))).toEqual([]);
});

test('every transaction that writes a record is somebody’s act', () => {
  const named = new Set(Object.values(acts).flatMap((rules) => rules.flatMap(({ step }) => [...step] as string[])));
  const silent = Object.keys(transactions).filter((name) => !named.has(name));
  // Private data alone: no record is written.
  expect(silent).toEqual(['terms:write', 'terms:purge']);
});
