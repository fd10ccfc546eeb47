import { isUtf8 } from 'node:buffer';
import { json, type RequestHandler } from 'express';
import { ServiceError } from '../errors.js';

/** 1 MiB: what one record may weigh is far below it. */
const BODY_LIMIT = 1024 * 1024;

/** JSON, of a size, in UTF-8. An absent body is an empty object: many steps need no words. */
export function jsonBody(mediaTypes: readonly string[] = ['application/json']): RequestHandler {
  const parser = json({
    limit: BODY_LIMIT,
    type: () => true,
    verify: (_request, _response, bytes) => {
      // Decoding would silently put U+FFFD where the client wrote something else.
      if (!isUtf8(bytes)) throw new Error('not UTF-8');
    },
  });
  return (request, response, next) => {
    const absent = request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
    if (absent) {
      request.body = {};
      next();
    } else if (request.is([...mediaTypes])) parser(request, response, next);
    else
      next(
        new ServiceError('MEDIA_TYPE_UNSUPPORTED', {
          given: (request.headers['content-type'] ?? 'none').slice(0, 100),
          accepted: mediaTypes.join(', '),
        }),
      );
  };
}
