import { updateConfig } from './configUpdate.js';
import { type Context, openContext } from './context.js';
import { withLock } from './lock.js';
import { writeNetwork } from './state.js';

/** How transactions are cut into blocks: the timeout is the latency of a lone one. */
export interface Batch {
  maxMessageCount: number;
  batchTimeoutMs: number;
}

/** Changes the channel's batch settings while it runs, signed by the ordering organisation. Answers whether they were others. */
export async function setBatch(dir: string, batch: Batch): Promise<boolean> {
  return await withLock(dir, async () => {
    const context = await openContext(dir);
    const changed = await updateBatch(context, batch);
    Object.assign(context.state.consortium.ordering, batch);
    writeNetwork(dir, context.state);
    return changed;
  });
}

export function updateBatch(context: Context, { maxMessageCount, batchTimeoutMs }: Batch): Promise<boolean> {
  return updateConfig(context, [context.state.ordering.mspId], (config) => {
    const { values } = config.channel_group.groups.Orderer;
    values.BatchSize.value.max_message_count = maxMessageCount;
    values.BatchTimeout.value.timeout = `${batchTimeoutMs}ms`;
    return config;
  });
}
