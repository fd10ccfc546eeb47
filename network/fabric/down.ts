import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NetworkError } from './errors.js';
import { withLock } from './lock.js';
import { adoptProcesses, stopProcess } from './processes.js';
import { networkExists } from './state.js';

export interface DownReport {
  /** Processes that lived and were ended. */
  stopped: string[];
  purged: boolean;
}

/** All that a network writes; what else lies in the directory is somebody's own and stays. */
const CONTENTS = ['ca', 'organisations', 'nodes', 'channel', 'chaincode', 'logs', 'run', 'network.json', 'connection-profile.json'];

/** Ends every process; keeps keys and ledgers unless told to purge. Nothing there is not an error: down means down. */
export async function networkDown(dir: string, options: { purge?: boolean } = {}): Promise<DownReport> {
  const root = resolve(dir);
  if (!existsSync(join(root, 'run')) && !networkExists(root)) {
    if (options.purge && existsSync(root)) throw new NetworkError('NETWORK_ABSENT', `${root} holds no network, so nothing is removed`);
    return { stopped: [], purged: false };
  }
  return await withLock(root, async () => {
    adoptProcesses(root);
    const names = readdirSync(join(root, 'run'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
    const ended = await Promise.all(names.map((name) => stopProcess(root, name)));
    if (options.purge) purge(root);
    return { stopped: names.filter((_, i) => ended[i]), purged: options.purge === true };
  });
}

function purge(root: string): void {
  for (const entry of CONTENTS) rmSync(join(root, entry), { recursive: true, force: true });
  if (readdirSync(root).length === 0) rmdirSync(root);
}
