import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { querySchema } from './call.js';
import type { Endpoint } from './endpoint.js';
import { API } from './respond.js';
import { endpoints } from './routes/all.js';
import { problem } from './schemas.js';
import { z } from './zod.js';

/** OpenAPI 3.1 of the very table that the router is made from. */

let document: ReturnType<OpenApiGeneratorV31['generateDocument']> | undefined;

export function openApiDocument() {
  document ??= withoutFlags(generate());
  return document;
}

/** JSON Schema's patterns have no flags (its core specification, section 6.4), and the generator writes ours into them: the server keeps those alone. */
function withoutFlags<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema, (name, value) => (name === 'pattern' && /\/[a-z]+$/.test(value) ? undefined : value)));
}

const writing = {
  'Idempotency-Key': {
    description: 'The same key and body answer the same result, without a second transaction',
    schema: { type: 'string', maxLength: 255 },
  },
  'If-Match': { description: 'An ETag of the record: refused with 412 if it has changed', schema: { type: 'string' } },
  Prefer: { description: 'respond-async: 202 and where to look, at once', schema: { type: 'string' } },
} as const;

function generate() {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, or an access token of the configured issuer',
  });
  for (const endpoint of endpoints) registry.registerPath(routeOf(endpoint));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Data Rights Ledger',
      version: '1.0.0',
      description: 'Who owns government data, who may use it, for what, and who did. 政务数据确权与共享账本。',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API }],
    security: [{ bearer: [] }],
  });
}

function routeOf(endpoint: Endpoint): RouteConfig {
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
  const body = bodyOf(endpoint);
  return {
    method: endpoint.method,
    path: endpoint.path,
    operationId: operationId(endpoint),
    summary: endpoint.summary,
    description: `Who may: ${endpoint.who}.`,
    tags: [endpoint.tag],
    ...(endpoint.open ? { security: [] } : {}),
    request: {
      ...(names.length > 0 ? { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) } : {}),
      query: querySchema(endpoint),
      ...(body ? { body } : {}),
    },
    ...(endpoint.method === 'get'
      ? {}
      : { parameters: Object.entries(writing).map(([name, rest]) => ({ name, in: 'header' as const, required: false, ...rest })) }),
    responses: responsesOf(endpoint),
  };
}

function bodyOf({ body, streams, rawBody }: Endpoint) {
  if (rawBody) return { required: true, content: { 'application/json': { schema: { type: 'object' } as const } } };
  if (streams)
    return {
      required: true,
      content: Object.fromEntries(streams.map((type) => [type, { schema: { type: 'string', format: 'binary' } as const }])),
    };
  return body ? { required: false, content: { 'application/json': { schema: body } } } : undefined;
}

function responsesOf({ answers, method }: Endpoint): Record<string, ResponseConfig> {
  const responses: Record<string, ResponseConfig> = {};
  for (const [status, { description, schema, mediaType, also = [] }] of Object.entries(answers))
    responses[status] = {
      description,
      ...(schema || mediaType
        ? {
            content: {
              [mediaType ?? 'application/json']: { schema: schema ?? { type: 'string' } },
              ...Object.fromEntries(also.map((type) => [type, { schema: { type: 'object' } as const }])),
            },
          }
        : {}),
    };
  if (method !== 'get') responses['202'] ??= { description: 'Accepted, or still open: Location tells' };
  responses.default = {
    description: 'Refused, with the rule that says no',
    content: { 'application/problem+json': { schema: problem } },
  };
  return responses;
}

/** `post /assets/{id}/publish` → `postAssetsIdPublish`: unique because address and method together are. */
function operationId({ method, path }: Endpoint): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
