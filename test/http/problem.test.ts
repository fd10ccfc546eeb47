import { RuleError, ruleCodes } from '@drl/chaincode/model/errors';
import { assetRegister } from '@drl/chaincode/model/records/asset';
import { ServiceError, serviceCodes } from '@drl/gateway/errors';
import { parse } from '@drl/gateway/http/faults';
import { problemOf } from '@drl/gateway/http/problem';
import { LedgerError, ledgerCodes } from '@drl/gateway/ledger/ledger';
import { ReadModelError } from '@drl/gateway/readmodel/errors';

describe('problem+json', () => {
  it.each(Object.keys(ruleCodes))('says %s with its status, in both languages', (code) => {
    const error = new RuleError(code as keyof typeof ruleCodes, { rule: '6', given: 'g', accepted: 'a' });
    const en = problemOf(error, 'en');
    expect(en).toMatchObject({ code, status: ruleCodes[code as keyof typeof ruleCodes].status, rule: '6', given: 'g', accepted: 'a' });
    expect(problemOf(error, 'zh').title).toBe(ruleCodes[code as keyof typeof ruleCodes].zh);
    expect(en.title).toBe(ruleCodes[code as keyof typeof ruleCodes].en);
    expect(() => new URL(en.type)).not.toThrow();
  });

  it.each([...Object.keys(serviceCodes), ...Object.keys(ledgerCodes)])('knows %s', (code) => {
    const error =
      code in serviceCodes ? new ServiceError(code as 'INTERNAL') : new LedgerError(code as 'CONFLICT', { transactionId: 'ab' });
    expect(problemOf(error, 'zh').code).toBe(code);
  });

  it('says nothing of an error that it does not know', () => {
    const problem = problemOf(new Error('token drl_secret at /home/someone/file.ts'), 'en');
    expect(problem).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(JSON.stringify(problem)).not.toMatch(/secret|home/);
  });

  it('keeps the detail of a broken read model to itself, and gives that of a bad question', () => {
    expect(JSON.stringify(problemOf(new ReadModelError('PREVIOUS_HASH', 'block 7'), 'en'))).not.toMatch(/block 7/);
    expect(problemOf(new ReadModelError('CURSOR_INVALID', 'x'), 'en')).toMatchObject({ status: 422, code: 'CURSOR_INVALID' });
  });

  it.each([
    [{ status: 413, type: 'entity.too.large' }, 413, 'BODY_TOO_LARGE'],
    [{ status: 400, type: 'entity.parse.failed' }, 400, 'BODY_MALFORMED'],
    [{ status: 415, type: 'charset.unsupported' }, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    [{ status: 400, type: 'request.aborted' }, 400, 'REQUEST_MALFORMED'],
  ])('says what middleware throws in our words: %j', (thrown, status, code) => {
    expect(problemOf(Object.assign(new Error('x'), thrown), 'en')).toMatchObject({ status, code });
  });
});

describe('faults', () => {
  const good = { title: { en: 'A' }, elements: [], shareType: 'unconditional', shareMethod: 'file' };

  it('names every field at fault, in the caller’s language, and not what was given', () => {
    const bad = { ...good, title: {}, shareType: 'secret-value', elements: [{ name: 'x', type: 'nothing' }], extra: 1, more: 2 };
    const english = parse(assetRegister, bad, 'en');
    const chinese = parse(assetRegister, bad, 'zh');
    if (!('faults' in english) || !('faults' in chinese)) throw new Error('was taken');
    const paths = english.faults.map(({ path }) => path);
    expect(paths.sort()).toEqual(['elements.0.type', 'extra', 'more', 'shareType', 'title']);
    expect(chinese.faults.map(({ path }) => path).sort()).toEqual(paths);
    expect(chinese.faults[0]?.message).not.toBe(english.faults[0]?.message);
    expect(JSON.stringify(english)).not.toContain('secret-value');
  });

  it('refuses __proto__ like any unknown field', () => {
    const parsed = parse(
      assetRegister,
      JSON.parse(`{"__proto__":{"admin":true},"title":{"en":"A"},"elements":[],"shareType":"unconditional","shareMethod":"file"}`),
      'en',
    );
    expect(parsed).toEqual({ faults: [expect.objectContaining({ path: '__proto__' })] });
  });

  it('refuses a lone surrogate, which no canonical JSON can carry', () => {
    expect(parse(assetRegister, { ...good, title: { en: 'a\ud800' } }, 'en')).toEqual({
      faults: [expect.objectContaining({ path: 'title.en' })],
    });
    expect(parse(assetRegister, { ...good, title: { en: '𠮷' } }, 'en')).toHaveProperty('value');
  });
});
