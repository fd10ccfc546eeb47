import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transientKey } from '@drl/network/embedded/layout';
import { LedgerStore } from '@drl/network/embedded/ledgerstore';
import { handOver, keepTransient } from '@drl/network/embedded/privatedata';

test('what was endorsed and never committed is kept for a thousand blocks, as a peer keeps it, and no longer', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drl-transient-'));
  const store = await LedgerStore.open(dir, 0);
  try {
    const [txId, collection] = ['ab'.repeat(32), '_implicit_org_PoliceMSP'];
    await keepTransient(store, txId, new Map([[collection, Buffer.from('a write set')]]));
    const dropped = async (block: bigint) => (await handOver(store, [], Buffer.alloc(0), block)).drop;
    for (const block of [1n, 999n, 1000n, 1001n, 1999n]) expect(await dropped(block)).toEqual([]);
    expect(await dropped(2000n)).toEqual([transientKey(txId, collection)]);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
});
