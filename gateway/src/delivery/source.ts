import { ServiceError } from '../errors.js';
import { openFile } from './file.js';
import { openHttp, type Resolve } from './http.js';
import type { Source } from './resource.js';

/** What the operator lets each department's resources be: `*` stands for every department. */
export interface ResourceAccess {
  /** Department → the folder below which its `file:` resources lie. */
  readonly fileRoots: ReadonlyMap<string, string>;
  /** Department → addresses and CIDR blocks that are reachable beside the public ones. */
  readonly fetchAllow: ReadonlyMap<string, readonly string[]>;
  readonly resolve?: Resolve;
}

/** Addresses and CIDR blocks that are open for a department beside the public ones. */
export function rangesOf({ fetchAllow }: Pick<ResourceAccess, 'fetchAllow'>, department: string): readonly string[] {
  return [...(fetchAllow.get(department) ?? []), ...(fetchAllow.get('*') ?? [])];
}

export async function openSource(accessURL: string, department: string, access: ResourceAccess, signal: AbortSignal): Promise<Source> {
  if (/^file:/i.test(accessURL)) {
    const root = access.fileRoots.get(department) ?? access.fileRoots.get('*');
    if (root === undefined) throw new ServiceError('RESOURCE_ADDRESS_REFUSED', { rule: 'FILE_ROOTS', accepted: 'a configured file root' });
    return openFile(root, accessURL);
  }
  return openHttp(accessURL, rangesOf(access, department), signal, access.resolve);
}
