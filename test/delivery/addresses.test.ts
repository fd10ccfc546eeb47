import { reachable } from '@drl/gateway/delivery/addresses';
import fc from 'fast-check';

const may = reachable();

// One of each entry of the IANA special-purpose registries that is not globally reachable, and the ends of the ranges.
test.each([
  ...['0.0.0.0', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
  ],
  ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '3fff::1', '5f00::1', 'localhost', '', '0x7f.1'],
])('%s is closed', (address) => {
  expect(may(address)).toBe(false);
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.0',
  '223.255.255.255',
  '2400:3200::1',
  '2606:4700::1',
])('%s is open', (address) => {
  expect(may(address)).toBe(true);
});

test('what is configured is open beside it, and nothing else', () => {
  const opened = reachable(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32']);
  for (const address of ['10.1.2.3', '127.0.0.1', 'fd00:1::5', '8.8.8.8']) expect(opened(address)).toBe(true);
  for (const address of ['10.2.0.1', '127.0.0.2', '169.254.169.254', 'fd00:2::1', '::1']) expect(opened(address)).toBe(false);
});

test('no address of a private block is open, whatever it is', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.constantFrom('10', '127', '0', '169.254', '192.168', '172.20', '100.100', '224', '250'),
      byte,
      byte,
      byte,
      (net, a, b, c) => {
        const address = [...net.split('.'), a, b, c].slice(0, 4).join('.');
        expect(may(address)).toBe(false);
        expect(may(`::ffff:${address}`)).toBe(false);
      },
    ),
  );
});
