import { EventEmitter, once } from 'node:events';
import type { Writer } from './writer.js';

/** What is read ahead of the writer, at most. */
const MAX_WAITING = 32 << 20;
/** One batch: large enough that its cost is the entries', small enough that a batch in memory weighs little. */
const MAX_BATCH = 4 << 20;

/**
 * Moves blocks from a source to the writer until the source ends. Blocks that come faster than they are written are taken together, many
 * in a batch; a lone block is written at once. Throws the writer's fault; answers the source's, once all that came before it is written.
 */
export async function pump(source: AsyncIterable<Uint8Array>, writer: Writer, signal?: AbortSignal): Promise<unknown> {
  const waiting: Uint8Array[] = [];
  const bell = new EventEmitter();
  let bytes = 0;
  let ended = false;
  let fault: unknown;

  async function read(): Promise<void> {
    try {
      for await (const block of source) {
        if (ended) return;
        waiting.push(block);
        bytes += block.length;
        bell.emit('come');
        if (bytes > MAX_WAITING) await once(bell, 'gone');
      }
    } catch (error) {
      fault = error;
    } finally {
      ended = true;
      bell.emit('come');
    }
  }

  function take(): Uint8Array[] {
    let size = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || size + (waiting[count] as Uint8Array).length <= MAX_BATCH))
      size += (waiting[count++] as Uint8Array).length;
    bytes -= size;
    return waiting.splice(0, count);
  }

  // A source that does not heed the signal must not hold up the end.
  const stop = () => {
    ended = true;
    bell.emit('come');
  };
  signal?.addEventListener('abort', stop, { once: true });
  void read();
  try {
    for (;;) {
      if (waiting.length === 0) {
        if (ended) break;
        await once(bell, 'come');
        continue;
      }
      const batch = take();
      bell.emit('gone');
      await writer.add(batch);
    }
    await writer.flushed();
    return fault;
  } finally {
    ended = true;
    bell.emit('gone');
    signal?.removeEventListener('abort', stop);
  }
}
