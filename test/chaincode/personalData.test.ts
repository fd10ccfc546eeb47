import { holdsPersonalData, isResidentId, personalDataFaults } from '@drl/chaincode/model/personalData';
import { isUscc } from '@drl/chaincode/model/uscc';
import fc from 'fast-check';

/** GB 11643 as its text says it: the weighted sum of all 18 digits, the last by weight 1, is 1 modulo 11. */
const checksOut = (id: string) =>
  [...id].reduce((sum, digit, i) => sum + (digit === 'X' ? 10 : Number(digit)) * (2 ** (17 - i) % 11), 0) % 11 === 1;
const digits17 = fc
  .tuple(
    fc.integer({ min: 110000, max: 659999 }),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([region, born, n]) => `${region}${born.toISOString().slice(0, 10).replaceAll('-', '')}${String(n).padStart(3, '0')}`);
const residentId = digits17.map((start) => start + [...'0123456789X'].find((digit) => checksOut(start + digit)));
const mobile = fc
  .tuple(fc.integer({ min: 13, max: 19 }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(([a, b]) => `${a}${String(b).padStart(9, '0')}`);
const around = fc.constantFrom('', '身份证', '电话：', ' ', '(', 'ID', '：');

test('the sample number of GB 11643 itself', () => {
  expect(isResidentId('11010519491231002X')).toBe(true);
  expect(isResidentId('440524188001010014')).toBe(true);
  expect(isResidentId('110105194912310021')).toBe(false);
});

test('every valid id number is found, wherever it stands and however it is grouped', () => {
  fc.assert(
    fc.property(residentId, around, around, fc.constantFrom('', ' ', '-'), fc.boolean(), (id, before, after, gap, lower) => {
      const grouped = [id.slice(0, 6), id.slice(6, 14), id.slice(14)].join(gap);
      expect(holdsPersonalData(`${before}${lower ? grouped.toLowerCase() : grouped}${after === 'ID' ? '' : after}`)).toBe(true);
    }),
  );
});

test('one wrong digit is no id number: the check digit finds every single error', () => {
  fc.assert(
    fc.property(residentId, fc.nat({ max: 16 }), fc.integer({ min: 1, max: 9 }), (id, at, step) => {
      const wrong = [...id];
      wrong[at] = String((Number(wrong[at]) + step) % 10);
      expect(isResidentId(wrong.join(''))).toBe(false);
    }),
  );
});

test('every mainland mobile number is found', () => {
  fc.assert(
    fc.property(mobile, around, fc.constantFrom('', '+86', '86', '0086', '+86 ', '86-'), (number, before, prefix) => {
      expect(holdsPersonalData(`${before}${prefix}${number}`)).toBe(true);
      expect(holdsPersonalData(`${before}${prefix}${number.slice(0, 3)} ${number.slice(3, 7)}-${number.slice(7)}`)).toBe(true);
    }),
  );
  expect(holdsPersonalData('１３８１２３４５６７８')).toBe(true);
});

test.each([
  '2026 年第 10 号文件',
  '订单 1234567890123',
  '12345678901',
  '2026-01-01T00:00:00Z',
  '20260302100000',
  '110101199013310023',
  '010-12345678',
])('is not taken for a number of a person: %s', (text) => {
  expect(holdsPersonalData(text)).toBe(false);
});

test('digests, ids of records and organisation codes may hold any digits', () => {
  expect(
    personalDataFaults({
      payloadHash: `13812345678${'a'.repeat(53)}`,
      grant: `grn-${'13812345678'}${'a'.repeat(13)}`,
      uscc: '914403001922038216',
      distribution: { accessURL: 'https://example.org/datasets/ab13812345678cd' },
    }),
  ).toEqual([]);
});

test('names each field and quotes none', () => {
  const faults = personalDataFaults({
    title: { zh: '张三 13812345678' },
    keywords: ['ok', '11010519491231002X'],
    columns: { 11010519491231002: 'x', '13812345678': 'y' },
    distribution: { accessURL: 'https://example.org/people/13812345678' },
  });
  expect(faults.map(({ path }) => path).sort()).toEqual(['columns', 'distribution.accessURL', 'keywords.1', 'title.zh']);
  expect(JSON.stringify(faults)).not.toMatch(/1381234|1101051/);
});

/** Codes published by the organisations themselves. */
test.each(['91350100M000100Y43', '91440300708461136T', '9144030071526726XG', '12100000400000624D'])('GB 32100 code %s', (code) => {
  expect(isUscc(code)).toBe(true);
});

test('GB 32100: a single wrong character is found', () => {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  fc.assert(
    fc.property(fc.nat({ max: 17 }), fc.constantFrom(...alphabet), (at, character) => {
      const code = [...'91350100M000100Y43'];
      fc.pre(code[at] !== character);
      code[at] = character;
      expect(isUscc(code.join(''))).toBe(false);
    }),
  );
});
