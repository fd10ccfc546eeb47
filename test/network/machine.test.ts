import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSTALL_PAGE, judgeVersion, reportBinaries, requireBinaries } from '@drl/network/fabric/binaries';
import { networkCommand } from '@drl/network/fabric/commands';
import { nextPort, planNetwork, planOrganisation, portsUsed } from '@drl/network/fabric/layout';
import { withLock } from '@drl/network/fabric/lock';
import { chaincodePolicy } from '@drl/network/fabric/policy';
import { portAnswers, portHolder, portIsFree } from '@drl/network/fabric/ports';
import { processPorts } from '@drl/network/fabric/preflight';
import {
  adoptProcesses,
  boundLog,
  livingProcess,
  logFile,
  logTail,
  pidFile,
  startProcess,
  stopProcess,
} from '@drl/network/fabric/processes';
import { bareEnvironment, fabricSettings } from '@drl/network/fabric/settings';
import fc from 'fast-check';
import { consortium } from '../fabric/network';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drl-machine-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the programs', () => {
  const program = (name: string, says: string) => {
    writeFileSync(join(dir, name), `#!/bin/sh\nprintf '${says}'\n`);
    chmodSync(join(dir, name), 0o755);
  };
  const all = (fabric: string, ca: string) => {
    for (const name of ['peer', 'orderer', 'configtxgen', 'configtxlator'])
      program(name, `${name}:\\n Version: ${fabric}\\n Go version: go1.26\\n`);
    program('fabric-ca-server', `fabric-ca-server:\\n Version: ${ca}\\n`);
  };

  test('in range are taken, each by its own path', () => {
    all('v2.5.16', 'v1.5.21');
    const report = reportBinaries([dir]);
    expect([report.ok, report.problems, report.warnings]).toEqual([true, [], []]);
    expect(requireBinaries(report).peer).toBe(join(dir, 'peer'));
  });

  test('that do not know their version are taken with a warning', () => {
    all('development build', 'latest');
    const report = reportBinaries([dir]);
    expect([report.ok, report.warnings.length]).toEqual([true, 5]);
  });

  test('out of range are named with their version and the one wanted', () => {
    all('v3.1.0', '1.4.9');
    const report = reportBinaries([dir]);
    expect(report.problems).toContain(`${join(dir, 'peer')} is 3.1.0, 2.5.x is wanted`);
    expect(report.problems).toContain(`${join(dir, 'fabric-ca-server')} is 1.4.9, 1.5.x is wanted`);
    expect(() => requireBinaries(report)).toThrow('BINARY_VERSION');
  });

  test('missing or dumb are named, with where to read of the releases', () => {
    program('peer', 'hello');
    const report = reportBinaries([dir]);
    expect(report.problems).toContain(`${join(dir, 'peer')} does not tell its version`);
    expect(report.problems).toContain('orderer 2.5.x was not found');
    expect(() => requireBinaries(report)).toThrow(INSTALL_PAGE);
  });

  test.each([
    ['Version: v2.5.0', 'ok'],
    ['Version: 2.5', 'ok'],
    ['Version: v2.50.1', 'out-of-range'],
    ['Version: v2.4.9', 'out-of-range'],
    ['Version: development build', 'unversioned'],
    ['no such thing', 'unusable'],
  ])('%s is %s', (output, state) => {
    expect(judgeVersion(output, '2.5').state).toBe(state);
  });

  test('are looked for in FABRIC_BIN first, then PATH', () => {
    expect(fabricSettings({ FABRIC_BIN: '/own', PATH: '/a:/b' }).binDirs).toEqual(['/own', '/a', '/b']);
    expect(fabricSettings({ PATH: '/a', NETWORK_DIR: '/n' }).dir).toBe('/n');
    expect(bareEnvironment({ PATH: '/a', SECRET_TOKEN: 'x', CORE_PEER_ADDRESS: 'elsewhere' })).toEqual({ LANG: 'C.UTF-8', PATH: '/a' });
  });
});

describe('the plan', () => {
  test('gives every process ports of its own, also after organisations were added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (peers, nodes) => {
          const whole = consortium();
          const [model] = whole.organisations;
          if (!model) throw new Error('no organisations');
          const organisations = peers.map((count, i) => ({ ...model, mspId: `Org${i}MSP`, peers: count }));
          const state = planNetwork({ ...whole, organisations, ordering: { ...whole.ordering, nodes } }, 17_000);
          const newcomer = planOrganisation({ ...model, mspId: 'NewMSP' }, nextPort(17_000, state.organisations));
          const ports = [...processPorts(state).values()].flat().concat(portsUsed([newcomer]));
          expect(new Set(ports).size).toBe(ports.length);
        },
      ),
    );
  });

  test('lets an auditor hold the ledger and endorse nothing', () => {
    const { organisations } = planNetwork(consortium(), 17_000);
    expect(organisations.filter((o) => !o.endorses).map((o) => o.mspId)).toEqual(['AuditMSP']);
    expect(chaincodePolicy(organisations)).toBe("AND('BureauMSP.peer', OR('PoliceMSP.peer', 'SocialMSP.peer', 'AgenciesMSP.peer'))");
  });
});

describe('processes', () => {
  const sleeper = (script: string) => ({ name: 'sleeper', command: '/bin/sh', args: ['-c', script], env: bareEnvironment(), cwd: dir });

  test('are known by pid, start and command line, and ended when told', async () => {
    const pid = await startProcess(dir, sleeper('echo started; while :; do sleep 0.05; done'));
    expect(livingProcess(dir, 'sleeper')).toMatchObject({ pid, frozen: false });
    expect(await stopProcess(dir, 'sleeper')).toBe(true);
    expect(livingProcess(dir, 'sleeper')).toBeUndefined();
    expect(await stopProcess(dir, 'sleeper')).toBe(false);
  });

  test('that ignore SIGTERM, or are frozen, are ended all the same', async () => {
    await startProcess(dir, sleeper('trap "" TERM; echo deaf; while :; do sleep 0.05; done'));
    while (!logTail(dir, 'sleeper').includes('deaf')) await new Promise((r) => setTimeout(r, 10));
    process.kill(livingProcess(dir, 'sleeper')?.pid as number, 'SIGSTOP');
    while (!livingProcess(dir, 'sleeper')?.frozen) await new Promise((r) => setTimeout(r, 10));
    expect(await stopProcess(dir, 'sleeper', 100)).toBe(true);
    expect(livingProcess(dir, 'sleeper')).toBeUndefined();
  });

  test('a pid that another process has now is not taken for ours', async () => {
    const record = { pid: process.pid, started: '1', command: ['peer', 'node', 'start'] };
    mkdirSync(join(dir, 'run'));
    writeFileSync(pidFile(dir, 'peer0'), JSON.stringify(record));
    expect(livingProcess(dir, 'peer0')).toBeUndefined();
    expect(await stopProcess(dir, 'peer0')).toBe(false);
  });

  test('whose record was lost are found again by what they say of themselves', async () => {
    const pid = await startProcess(dir, sleeper('while :; do sleep 0.05; done'));
    rmSync(pidFile(dir, 'sleeper'));
    expect(livingProcess(dir, 'sleeper')).toBeUndefined();
    adoptProcesses(join(dir, 'elsewhere'));
    expect(livingProcess(dir, 'sleeper')).toBeUndefined();
    adoptProcesses(dir);
    expect(livingProcess(dir, 'sleeper')?.pid).toBe(pid);
    expect(await stopProcess(dir, 'sleeper')).toBe(true);
  });

  test('that cannot start say why, with their name', async () => {
    await expect(startProcess(dir, { ...sleeper(''), command: join(dir, 'nothing') })).rejects.toThrow(/NODE_FAILED.*sleeper/);
  });

  test('a log past its bound starts again, the old one kept beside it', async () => {
    await startProcess(dir, sleeper('echo first; read line < fifo'));
    writeFileSync(logFile(dir, 'sleeper'), 'x'.repeat(100));
    boundLog(dir, 'sleeper', 50);
    expect([readFileSync(logFile(dir, 'sleeper'), 'utf8'), readFileSync(`${logFile(dir, 'sleeper')}.1`, 'utf8').length]).toEqual(['', 100]);
    await stopProcess(dir, 'sleeper');
  });
});

test('a port is free, then held by a process that can be named', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  expect([await portIsFree(port), await portAnswers(port)]).toEqual([false, true]);
  expect(portHolder(port)?.pid).toBe(process.pid);
  await new Promise((done) => server.close(done));
  expect([await portIsFree(port), await portAnswers(port)]).toEqual([true, false]);
});

test('a lock whose holder died is taken over; a living one is respected', async () => {
  mkdirSync(join(dir, 'run'));
  writeFileSync(join(dir, 'run', 'lock'), '999999999 1');
  expect(await withLock(dir, async () => 'done')).toBe('done');
  await withLock(dir, async () => {
    await expect(withLock(dir, async () => 'never')).rejects.toThrow(`NETWORK_BUSY`);
  });
});

describe('the command', () => {
  const call = async (...args: string[]): Promise<[number, string]> => {
    const lines: string[] = [];
    return [await networkCommand([...args, '--dir', dir], (line) => lines.push(line)), lines.join('\n')];
  };

  test.each([
    [['status'], 1, 'NETWORK_ABSENT'],
    [['fly'], 2, 'drl network COMMAND'],
    [[], 2, 'drl network COMMAND'],
    [['up', '--fast'], 2, 'BAD_ARGUMENT'],
    [['up', '--base-port', '80'], 2, 'BAD_ARGUMENT'],
    [['up', '--consortium', '/no/such/file'], 1, '/no/such/file'],
    [['add-org'], 2, 'FILE is missing'],
    [['down', '--purge'], 2, 'nothing was removed'],
    [['down'], 0, '0 processes ended'],
    [['--help'], 0, 'drl network up && drl network status'],
  ])('%j answers %i: %s', async (args, code, says) => {
    const [answered, said] = await call(...args);
    expect([answered, said]).toEqual([code, expect.stringContaining(says)]);
  });
});
