import type { NetworkStatus, NodeStatus } from './status.js';

const life = (n: NodeStatus): string => (n.alive ? (n.frozen ? 'frozen' : 'alive') : 'DOWN');

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The status for a terminal: every node, then the certificates that run out first. */
export function statusText({ channel, chaincode, nodes, certificates }: NetworkStatus): string {
  const rows = nodes.map((n) => [
    n.name,
    life(n),
    String(n.pid ?? '-'),
    n.ports.join(','),
    n.height === undefined ? '-' : String(n.height),
  ]);
  const soonest = [...certificates].sort((a, b) => a.daysLeft - b.daysLeft).slice(0, 5);
  return [
    `channel ${channel}${chaincode ? `, ${chaincode.name} ${chaincode.version}, definition ${chaincode.sequence}: ${chaincode.policy}` : ', no chaincode yet'}`,
    '',
    ...table([['node', 'state', 'pid', 'ports', 'height'], ...rows]),
    '',
    `${certificates.length} certificates; those that run out first:`,
    ...table(soonest.map((c) => [c.holder, c.use, c.notAfter, `${c.daysLeft} days`])),
  ].join('\n');
}
