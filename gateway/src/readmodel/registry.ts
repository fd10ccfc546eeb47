import { type Caller, type CertifiedCaller, foundingCaller, resolveCaller } from '@drl/chaincode/model/caller';
import type { Department, Settings } from '@drl/chaincode/model/records/department';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { BLOCK_LENGTH, END, keys } from './keys.js';
import type { Level } from './store.js';

/** The settings and the departments as they stand at a place in the chain: few, and needed for every transaction, so they are held in memory. */
export class Registry {
  #settings: Settings | undefined;
  readonly #departments = new Map<string, Department>();

  take(record: LedgerRecord): void {
    if (record.kind === 'settings') this.#settings = record;
    else if (record.kind === 'department') this.#departments.set(record.id, record);
  }

  get settings(): Settings | undefined {
    return this.#settings;
  }

  mspOf(department: string): string | undefined {
    return this.#departments.get(department)?.mspId;
  }

  /** Whom the ledger takes a signer for, as the contracts do. */
  resolve(certified: CertifiedCaller): Caller | undefined {
    if (this.#departments.size === 0) return foundingCaller(certified, this.#settings);
    return resolveCaller(certified, this.#settings, this.#departmentOf(certified));
  }

  #departmentOf(certified: CertifiedCaller): Department | undefined {
    if (certified.department !== undefined) return this.#departments.get(certified.department);
    const own = [...this.#departments.values()].filter((d) => d.mspId === certified.mspId);
    return own.length === 1 ? own[0] : undefined;
  }
}

export async function readRegistry(db: Level): Promise<Registry> {
  const registry = new Registry();
  for (const kind of ['settings', 'department'] as const) {
    const prefix = keys.currentOfKind(kind);
    for await (const value of db.values({ gte: prefix, lt: prefix + END }))
      registry.take(JSON.parse(value.toString('utf8', BLOCK_LENGTH)) as LedgerRecord);
  }
  return registry;
}
