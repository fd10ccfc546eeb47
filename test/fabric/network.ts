import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Consortium, readConsortium } from '@drl/network/consortium';
import { networkDown } from '@drl/network/fabric/down';
import { portIsFree } from '@drl/network/fabric/ports';
import { networkExists } from '@drl/network/fabric/state';
import { networkUp, type RunningNetwork } from '@drl/network/fabric/up';

/** Real networks for tests: each in a directory and a range of ports of its own, so that several suites can run at once. */

const PREFIX = 'drl-fabric-';
export const PUTGET = resolve(__dirname, 'fixtures', 'putget');

/** A network whose test process was killed goes on living; the next run ends it. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((n) => n.startsWith(PREFIX))) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (alive(pid)) continue;
    await networkDown(join(tmpdir(), name), { purge: true }).catch(() => undefined);
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A hundred ports that nobody holds. Processes start looking at different places, so that two do not choose the same. */
async function freeBasePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const base = 18_000 + ((process.pid * 7 + attempt) % 130) * 100;
    const free = await Promise.all(Array.from({ length: 100 }, (_, i) => portIsFree(base + i)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no hundred free ports between 18000 and 31000');
}

export interface TestNetwork extends RunningNetwork {
  /** Ends it and removes everything. */
  end(): Promise<void>;
}

export function networkDir(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** The project's consortium, with fewer organisations where the test needs no more: each costs a peer and a chaincode process. */
export function consortium(...mspIds: string[]): Consortium {
  const whole = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
  return mspIds.length === 0 ? whole : { ...whole, organisations: whole.organisations.filter((o) => mspIds.includes(o.mspId)) };
}

/** Brings a network up in a temporary directory. Call `end` in afterAll. Without `chaincode`, the project's own (built) runs on it. */
export async function testNetwork(options: { consortium?: Consortium; chaincode?: { path: string } } = {}): Promise<TestNetwork> {
  await sweep();
  const dir = networkDir();
  const chaincode = options.chaincode ? { chaincode: options.chaincode } : {};
  const end = async () => {
    if (networkExists(dir)) await networkDown(dir, { purge: true });
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const network = await networkUp({ consortium: options.consortium ?? consortium(), dir, basePort: await freeBasePort(), ...chaincode });
    return { ...network, end };
  } catch (e) {
    await end();
    throw e;
  }
}
