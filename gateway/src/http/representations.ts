import type { Services } from '../usecases/services.js';
import type { Answer, Call, Endpoint, Reply } from './endpoint.js';
import { z } from './zod.js';

/** A read that can also be had in another form: by `?format=`, or else by `Accept` (RFC 9110, section 12). */
interface Form {
  /** As `?format=` has it. */
  readonly name: string;
  readonly mediaType: string;
  readonly description: string;
  /** Made of what the JSON answer holds, so that neither shows what the other would not. */
  // biome-ignore lint/suspicious/noExplicitAny: the endpoint knows what its own answer is.
  readonly from: (body: any, services: Services) => Promise<unknown>;
}

const JSON_TYPE = 'application/json';

export function alsoAs(endpoint: Endpoint, form: Form): Endpoint {
  const { 200: json } = endpoint.answers;
  const format = z
    .enum(['json', form.name])
    .optional()
    .openapi({ description: `${form.name}: ${form.description}; also by Accept: ${form.mediaType}` });
  return {
    ...endpoint,
    query: (endpoint.query ?? z.strictObject({})).extend({ format }),
    answers: { ...endpoint.answers, 200: { ...(json as Answer), also: [form.mediaType] } },
    handle: async (call, services) => {
      const { format: asked, ...query } = call.query;
      const reply = await endpoint.handle({ ...call, query }, services);
      if ('send' in reply) return reply;
      const vary = { ...reply.headers, Vary: 'Accept' };
      const wanted = asked ?? (call.request.accepts(JSON_TYPE, form.mediaType) === form.mediaType ? form.name : 'json');
      if (wanted === 'json') return { ...reply, headers: vary };
      return { ...reply, headers: { ...vary, ...headersOf(reply, form, call) }, body: await form.from(reply.body, services) };
    },
  };
}

/** Another form is another representation with a tag of its own; what pages by a cursor in JSON does so by a link (RFC 8288). */
function headersOf(
  { headers, body }: Extract<Reply, { body: unknown }>,
  { name, mediaType }: Form,
  { request }: Call,
): Record<string, string> {
  const tag = headers?.ETag;
  const next = (body as { nextCursor?: string | null }).nextCursor;
  return {
    'Content-Type': mediaType,
    ...(tag ? { ETag: tag.replace(/"$/, `+${name}"`) } : {}),
    ...(next ? { Link: `<${withCursor(request.originalUrl, next)}>; rel="next"` } : {}),
  };
}

export function withCursor(address: string, cursor: string): string {
  const [path, query = ''] = address.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}
