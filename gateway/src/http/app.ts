import type { Caller } from '@drl/chaincode/model/caller';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Authenticate } from '../auth/authenticate.js';
import { ServiceError } from '../errors.js';
import type { Identity } from '../ledger/ledger.js';
import type { Services } from '../usecases/services.js';
import { docs } from './docs.js';
import { addressOf, Penalties, requestLimit } from './limits.js';
import type { Metrics } from './metrics.js';
import { expressPath, mount } from './mount.js';
import { openApiDocument } from './openapi.js';
import { probes, type Readiness } from './probes.js';
import { requestIdOf } from './requestId.js';
import { API, problemHandler } from './respond.js';
import { endpoints } from './routes/all.js';

export interface AppParts {
  readonly services: Services;
  readonly authenticate: Authenticate;
  readonly callerOf: (identity: Identity) => Promise<Caller>;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly limits: { readonly requests: number; readonly refusals: number };
  readonly trustProxy: number;
}

/** The HTTP surface. What it needs is handed in; it reads no configuration and opens nothing. */
export function createApp(parts: AppParts): { readonly app: Express; readonly close: () => void } {
  const { services, metrics, log } = parts;
  const penalties = new Penalties(parts.limits.refusals);
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple').set('trust proxy', parts.trustProxy);
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.use(requestLog(log));
  app.use(measured(metrics));
  app.use(probes(parts.readiness, metrics));
  app.use(docs());

  const api = express.Router();
  api.get('/openapi.json', (_request, response) => response.json(openApiDocument()));
  const [open, closed] = [endpoints.filter((one) => one.open), endpoints.filter((one) => !one.open)];
  for (const { path } of open) api.use(expressPath(path), strangers(penalties));
  mount(api, open, services);
  api.use(callers(parts, penalties));
  api.use(requestLimit(parts.limits.requests));
  api.use(refusals(penalties));
  mount(api, closed, services);
  app.use(API, api);
  app.use(() => {
    throw new ServiceError('ROUTE_UNKNOWN');
  });
  app.use(problemHandler(log));
  return { app, close: () => penalties.close() };
}

/** Who calls, before anything else is looked at. Failed tries are limited by address, good ones never by another's failures. */
function callers({ authenticate, callerOf }: AppParts, penalties: Penalties) {
  return async (request: Request, response: Response, next: NextFunction) => {
    try {
      const user = await authenticate(request.get('Authorization'));
      response.locals.who = { user, caller: await callerOf(user.identity) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const address = addressOf(request);
      await penalties.check(address);
      await penalties.count(address);
      throw error;
    }
    next();
  };
}

/** Who calls is in the body, and is known late: failed tries are limited by address. */
function strangers(penalties: Penalties) {
  return async (request: Request, response: Response, next: NextFunction) => {
    const address = addressOf(request);
    await penalties.check(address);
    response.on('finish', () => {
      if (response.statusCode >= 400) void penalties.count(address);
    });
    next();
  };
}

/** Refusals cost the ledger's peers work, recorded ones even blocks: who is refused much is asked to slow down, in writing; reading goes on. */
function refusals(penalties: Penalties) {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const { name } = response.locals.who.user.identity;
      await penalties.check(name);
      response.on('finish', () => {
        if ([403, 404, 409, 412, 422].includes(response.statusCode)) void penalties.count(name);
      });
    }
    next();
  };
}

/** One line a request: its id, route pattern, caller's enrolment id. No query (an auditor's questions are private), no header, no body. */
function requestLog(log: Logger) {
  return pinoHttp<Request, Response>({
    logger: log,
    genReqId: (request, response) => {
      const id = requestIdOf(request);
      response.setHeader('X-Request-Id', id);
      return id;
    },
    serializers: {
      req: () => undefined,
      res: (response) => ({ statusCode: response.statusCode }),
      err: (e) => ({ name: e.name, code: e.code }),
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'warn' : 'info'),
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    customSuccessObject: (_request, response, line) => ({ ...line, ...toldOf(response) }),
    customErrorObject: (_request, response, _error, line) => ({ ...line, ...toldOf(response) }),
    autoLogging: { ignore: (request) => request.url === '/healthz' || request.url === '/readyz' || request.url === '/metrics' },
  });
}

function toldOf({ locals, req }: Response) {
  return { method: req.method, route: locals.route, caller: locals.who?.user.identity.name, code: locals.code };
}

function measured({ requests }: Metrics) {
  return (request: Request, response: Response, next: NextFunction) => {
    const end = requests.startTimer({ method: request.method });
    response.on('finish', () => end({ route: response.locals.route ?? 'other', status: response.statusCode }));
    next();
  };
}
