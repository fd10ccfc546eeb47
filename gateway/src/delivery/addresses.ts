import { BlockList, isIP } from 'node:net';

/**
 * Which addresses a resource may be fetched from: public ones, and those that the operator opened for its department. A department says on the
 * ledger where its resource is; this keeps it from saying the gateway itself, its neighbours, or a cloud's metadata service.
 */

/** IANA IPv4 Special-Purpose Address Registry, with multicast and class E. */
const SPECIAL_4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
/** What is public is global unicast, without what wraps an IPv4 address (Teredo, 6to4) or is for protocols and documents. */
const GLOBAL_6 = ['2000::/3'];
const SPECIAL_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const special4 = rangeList(SPECIAL_4);
const global6 = rangeList(GLOBAL_6);
const special6 = rangeList(SPECIAL_6);

export type MayReach = (address: string) => boolean;

/** `ranges`: addresses or CIDR blocks that are open beside the public ones. */
export function reachable(ranges: readonly string[] = []): MayReach {
  const opened = rangeList(ranges);
  return (address) => {
    const family = isIP(address);
    // An IPv6 zone (fe80::1%eth0) only makes sense on a link.
    if (family === 0 || address.includes('%')) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (opened.check(address, type)) return true;
    return family === 4 ? !special4.check(address, type) : global6.check(address, type) && !special6.check(address, type);
  };
}

function rangeList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(prefix), type);
  }
  return list;
}
