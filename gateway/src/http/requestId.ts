import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { requestId } from '@drl/chaincode/model/records/common';

/** A client's own id where it has the form that the ledger's record takes, else a new one: what is logged and what is stamped is the same. */
export function requestIdOf(request: IncomingMessage): string {
  const given = requestId.safeParse(request.headers['x-request-id']);
  return given.success ? given.data : randomUUID();
}
