import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadModel, type ReadModelOptions } from '@drl/gateway/readmodel/open';
import { CHAINCODE, Chain, type TransactionInput } from '../../scripts/bench/blocks';
import { department, manager, members, START, settings } from './world';

/** Blocks that a ledger hands out, as its port does: in order, from a number on, forever. */
export class TestLedger {
  readonly blocks: Buffer[] = [];
  #come: (() => void)[] = [];
  readonly chain = new Chain();
  /** Time of the next transaction. */
  now = START;

  add(block: Buffer): void {
    this.blocks.push(block);
    for (const bell of this.#come.splice(0)) bell();
  }

  genesis(): void {
    this.add(this.chain.genesis(this.now));
  }

  write(...transactions: readonly Omit<TransactionInput, 'at'>[]): number {
    this.add(this.chain.block(transactions.map((tx) => ({ ...tx, at: this.tick() }))));
    return this.blocks.length - 1;
  }

  tick(ms = 1000): number {
    this.now += ms;
    return this.now;
  }

  async *read(from: bigint, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let next = Number(from); !signal.aborted; ) {
      const block = this.blocks[next];
      if (block !== undefined) {
        next++;
        yield block;
      } else
        await new Promise<void>((resolve) => {
          const come = () => {
            signal.removeEventListener('abort', come);
            resolve();
          };
          this.#come.push(come);
          signal.addEventListener('abort', come);
        });
    }
  }

  get source() {
    return { blocks: (from: bigint, signal: AbortSignal) => this.read(from, signal), height: async () => BigInt(this.blocks.length) };
  }
}

/** A ledger with its settings and departments. */
export function founded(): TestLedger {
  const ledger = new TestLedger();
  ledger.genesis();
  ledger.write({ by: manager, action: 'settings:set', writes: (stamp) => [settings(stamp)] });
  ledger.write(
    ...members.map((person) => ({
      by: manager,
      action: 'department:admit',
      writes: (stamp: Parameters<typeof department>[1]) => [department(person, stamp)],
    })),
  );
  return ledger;
}

export function scratch(): { dir: string; clean: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'readmodel-'));
  return { dir, clean: () => rmSync(dir, { recursive: true, force: true }) };
}

export async function opened(ledger: TestLedger, dir: string, more: Partial<ReadModelOptions> = {}) {
  const model = await openReadModel({ dir: join(dir, 'store'), chaincode: CHAINCODE, ...ledger.source, ...more });
  await model.reached(ledger.blocks.length - 1);
  return model;
}
