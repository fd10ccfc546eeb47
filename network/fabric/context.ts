import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Binaries, reportBinaries, requireBinaries } from './binaries.js';
import { type NetworkState, readNetwork } from './state.js';

/** What every step works with: where, what is planned or running, and which programs do it. */
export interface Context {
  dir: string;
  state: NetworkState;
  binaries: Binaries;
  progress: (line: string) => void;
}

export async function openContext(dir: string, progress: (line: string) => void = () => undefined): Promise<Context> {
  const state = readNetwork(dir);
  return { dir, state, binaries: requireBinaries(reportBinaries()), progress };
}

/** Files beside the sources, found from `fabric/` and from `dist/fabric/` alike. */
export function ownFile(...parts: string[]): string {
  const here = resolve(__dirname, ...parts);
  return existsSync(here) ? here : resolve(__dirname, '..', '..', 'fabric', ...parts);
}
