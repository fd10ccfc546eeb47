import { resolve } from 'node:path';

/** The only reader of the environment among the network's tools. */
export interface FabricSettings {
  /** Where binaries are looked for, in order: FABRIC_BIN, then PATH. */
  binDirs: string[];
  /** The network's own state: keys, ledgers, pids. */
  dir: string;
}

export function fabricSettings(env: NodeJS.ProcessEnv = process.env): FabricSettings {
  const path = (env.PATH ?? '').split(':').filter((d) => d !== '');
  const own = env.FABRIC_BIN;
  return { binDirs: own ? [own, ...path] : path, dir: resolve(env.NETWORK_DIR ?? 'network-data') };
}

/** What a started process inherits: enough to run, nothing of the operator's own (tokens, proxies, CORE_… overrides). */
export function bareEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept: Record<string, string> = { LANG: 'C.UTF-8' };
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'TZ']) {
    const value = env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
