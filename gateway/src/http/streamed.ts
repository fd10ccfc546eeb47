import { once } from 'node:events';
import type { Response } from 'express';
import type { Call, Reply } from './endpoint.js';
import { problemOf } from './problem.js';

/** What takes long tells as it goes: newline-delimited JSON, one event a line. */
export const LINES = 'application/x-ndjson';

/** `ahead`: so many events are waited for before the answer begins, so that what fails until then is an answer of its own. */
export async function streamed(events: AsyncGenerator<object>, ahead: number, call: Call): Promise<Reply> {
  const first: object[] = [];
  while (first.length < ahead) {
    const next = await events.next();
    if (next.done) break;
    first.push(next.value);
  }
  return { send: (response) => send(response, first, events, call) };
}

async function send(
  response: Response,
  first: readonly object[],
  events: AsyncGenerator<object>,
  { language, signal }: Call,
): Promise<void> {
  response.status(200).set({ 'Content-Type': `${LINES}; charset=utf-8`, 'X-Accel-Buffering': 'no' });
  const tell = async (event: object) => {
    if (!response.write(`${JSON.stringify(event)}\n`)) await once(response, 'drain', { signal });
  };
  try {
    for (const event of first) await tell(event);
    for await (const event of events) await tell(event);
  } catch (error) {
    if (signal.aborted) return;
    // What was done before this is on the ledger: the last line says why the rest is not, and that it may be asked again.
    const { code, title, detail } = problemOf(error, language);
    await tell({ event: 'failed', code, message: title, detail });
  } finally {
    response.end();
  }
}
