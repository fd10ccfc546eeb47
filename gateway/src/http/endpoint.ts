import type { Request, Response } from 'express';
import type { Services } from '../usecases/services.js';
import type { Who } from '../usecases/who.js';
import type { Language } from './language.js';
import type { z } from './zod.js';

/**
 * One address and method, said once: the router (mount.ts) and the OpenAPI document (openapi.ts) are both made from these, so neither can
 * promise what the other does not keep.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch';
  /** As OpenAPI writes it: `/assets/{id}/publish`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Who may: the ledger or the use case holds it, the document says it. */
  readonly who: string;
  /** Its body proves who asks: no credential is looked for. */
  readonly open?: boolean;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Takes its body as it streams in: media types. */
  readonly streams?: readonly string[];
  readonly answers: Readonly<Record<number, Answer>>;
  /** Takes its JSON body as bytes, up to so many. */
  readonly rawBody?: number;
  readonly handle: (call: Call, services: Services) => Promise<Reply>;
}

export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly mediaType?: string;
  /** Other media types that it can be had in. */
  readonly also?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: each endpoint knows its own schemas; the table of all of them does not.
export interface Call<Q = any, B = any> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  readonly who: Who;
  readonly language: Language;
  readonly requestId: string;
  /** The version in If-Match. */
  readonly expectedVersion?: number;
  readonly idempotencyKey?: string;
  readonly respondAsync: boolean;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  readonly request: Request;
}

export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }
  /** Writes the answer by itself. */
  | { readonly send: (response: Response) => Promise<void> };

export function endpoint<Q extends z.ZodObject = z.ZodObject, B extends z.ZodType = z.ZodType>(
  declared: Omit<Endpoint, 'query' | 'body' | 'handle'> & {
    readonly query?: Q;
    readonly body?: B;
    readonly handle: (call: Call<z.infer<Q>, z.infer<B>>, services: Services) => Promise<Reply>;
  },
): Endpoint {
  return declared as Endpoint;
}
