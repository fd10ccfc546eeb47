import { type NextFunction, type Request, type RequestHandler, type Response, type Router, raw } from 'express';
import { ServiceError } from '../errors.js';
import type { Services } from '../usecases/services.js';
import { jsonBody } from './body.js';
import { callOf } from './call.js';
import type { Endpoint, Reply } from './endpoint.js';

/** Puts the table of endpoints on a router. Handlers may throw: express 5 takes rejected promises to the error handler. */

const READ_WAIT_MS = 5000;

export function mount(router: Router, endpoints: readonly Endpoint[], services: Services): void {
  const body = jsonBody();
  const patch = jsonBody(['application/json', 'application/merge-patch+json']);
  for (const endpoint of endpoints) {
    const handlers: RequestHandler[] = endpoint.body ? [endpoint.method === 'patch' ? patch : body] : [];
    if (endpoint.rawBody) handlers.push(takes(['application/json']), raw({ limit: endpoint.rawBody, type: () => true }));
    if (endpoint.streams) handlers.push(takes(endpoint.streams));
    router[endpoint.method](expressPath(endpoint.path), ...handlers, async (request, response) => {
      response.locals.route = endpoint.path;
      await answer(endpoint, services, request, response);
    });
  }
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const methods = endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method.toUpperCase());
    router.all(expressPath(path), (_request, response) => {
      response.set('Allow', methods.join(', '));
      throw new ServiceError('METHOD_NOT_ALLOWED', { accepted: methods.join(', ') });
    });
  }
}

async function answer(endpoint: Endpoint, services: Services, request: Request, response: Response): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const call = callOf(endpoint, request, response, gone.signal);
  const least: number | undefined = call.query.atLeastBlock;
  if (least !== undefined) await reach(services, least, gone.signal);
  await send(response, await endpoint.handle(call, services));
}

async function reach({ readModel }: Services, block: number, gone: AbortSignal): Promise<void> {
  await readModel.reached(block, AbortSignal.any([gone, AbortSignal.timeout(READ_WAIT_MS)])).catch(() => {
    throw new ServiceError('READ_MODEL_BEHIND', { given: String(block), accepted: String(readModel.asOf()?.block ?? 'none') });
  });
}

async function send(response: Response, reply: Reply): Promise<void> {
  response.set('Cache-Control', 'no-store');
  if ('send' in reply) return reply.send(response);
  response.status(reply.status ?? 200).set(reply.headers ?? {});
  // A record's own tag lets its reader ask whether it changed; an answer without one is not worth keeping.
  if (response.get('ETag')) response.set('Cache-Control', 'private, no-cache');
  if (reply.body === undefined) response.end();
  else response.json(reply.body);
}

function takes(mediaTypes: readonly string[]): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (request.is([...mediaTypes])) next();
    else
      next(
        new ServiceError('MEDIA_TYPE_UNSUPPORTED', {
          given: (request.headers['content-type'] ?? 'none').slice(0, 100),
          accepted: mediaTypes.join(', '),
        }),
      );
  };
}

/** `/assets/{id}` → `/assets/:id`; a colon of our own (`/assets:import`) is no parameter. */
export function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');
}
