import { once } from 'node:events';
import type { Response } from 'express';
import { ServiceError } from '../errors.js';
import type { Services } from '../usecases/services.js';
import type { Call, Reply } from './endpoint.js';

/** WHATWG HTML, server-sent events: the id is the block's number, so that a client that comes back goes on behind what it last heard. */

const HEARTBEAT_MS = 15_000;
/** Each stream holds a connection and reads every block. */
const MAX_STREAMS = 10;
const streams = new Map<string, number>();

export interface StreamEvent {
  /** The block that it is of. */
  readonly id: number;
  readonly event: string;
  readonly data: unknown;
}

/** `events`: from a block on, until the signal. */
export function eventStream(
  call: Call<{ from?: number | undefined }>,
  services: Services,
  events: (from: number, signal: AbortSignal) => AsyncIterable<StreamEvent>,
): Reply {
  const { who, query, request } = call;
  const { name } = who.user.identity;
  const last = request.get('Last-Event-ID');
  const after = last !== undefined && /^\d{1,15}$/.test(last) ? Number(last) + 1 : undefined;
  const from = after ?? query.from ?? (services.readModel.asOf()?.block ?? -1) + 1;
  const open = streams.get(name) ?? 0;
  if (open >= MAX_STREAMS) throw new ServiceError('STREAMS_EXHAUSTED', { accepted: String(MAX_STREAMS) });
  streams.set(name, open + 1);
  return {
    send: async (response) => {
      try {
        await stream(response, AbortSignal.any([call.signal, services.stopping]), from, events);
      } finally {
        streams.set(name, (streams.get(name) ?? 1) - 1);
      }
    },
  };
}

async function stream(
  response: Response,
  until: AbortSignal,
  from: number,
  events: (from: number, signal: AbortSignal) => AsyncIterable<StreamEvent>,
): Promise<void> {
  response.set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  try {
    for await (const { id, event, data } of events(from, until)) {
      const more = response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      // A client that reads slowly is waited for; one that has gone ends the wait.
      if (!more) await once(response, 'drain', { signal: until });
    }
  } catch (error) {
    if (!until.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
