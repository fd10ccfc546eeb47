import { createHash } from 'node:crypto';
import { accessKeyId, newAccessKey, provesKey } from '@drl/gateway/auth/accessKey';

test('a token proves its own key and no other, and only its hash is kept', () => {
  const one = newAccessKey(new Date(0));
  const other = newAccessKey(new Date(0));
  expect(provesKey(one.token, one.key)).toBe(true);
  expect(provesKey(one.token, other.key)).toBe(false);
  expect(provesKey(one.token, undefined)).toBe(false);
  expect(accessKeyId(one.token)).toBe(one.key.id);
  expect(one.key.hash).toBe(createHash('sha256').update(one.token).digest('hex'));
  expect(JSON.stringify(one.key)).not.toContain(one.token.split('_')[2]);
});

test('a token carries 256 bits', () => {
  expect(Buffer.from(newAccessKey(new Date()).token.split('_').slice(2).join('_'), 'base64url')).toHaveLength(32);
});

test.each(['', 'drl_', 'drl_0123456789abcdef_short', 'xyz_0123456789abcdef_'.padEnd(64, 'a')])('%j is no token of ours', (token) => {
  expect(accessKeyId(token)).toBeUndefined();
});
