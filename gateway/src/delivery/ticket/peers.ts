import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { type RuleCode, RuleError, ruleCodes } from '@drl/chaincode/model/errors';
import { z } from 'zod';
import { type ServiceCode, ServiceError, serviceCodes } from '../../errors.js';

/** Other departments' gateways, as the operator has put them down: where they are and whose certificates they show (`PEER_GATEWAYS`, `PEER_CA`). */
export interface Peers {
  /** Where a department's gateway is; undefined: nobody said. */
  readonly addressOf: (department: string) => string | undefined;
  /** PEM certificates of authorities to be trusted beside the public ones. */
  readonly authorities: readonly string[];
}

const SILENCE_MS = 90_000;
const MAX_PROBLEM = 64 * 1024;

/** Sends a letter; the answer as it begins, with status 200. What the other gateway refuses with is thrown as if it had been refused here. */
export async function sendLetter(
  peers: Peers,
  address: string,
  path: string,
  letter: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = JSON.stringify({ letter });
  const url = new URL(`${address.replace(/\/+$/, '')}/api/v1${path}`);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Accept-Encoding': 'identity' };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: 'POST', headers, signal, timeout: SILENCE_MS };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ca: [...rootCertificates, ...peers.authorities] }, resolve)
        : httpRequest(url, options, resolve);
    request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    request.on('error', reject);
    request.end(body);
  }).catch((error) => {
    throw unreachable(error);
  });
  if (answer.statusCode === 200) return answer;
  throw await problemIn(answer);
}

/** The code alone: a message may hold addresses of another's network. */
export function unreachable(error: unknown): ServiceError {
  const { code, name } = error as NodeJS.ErrnoException;
  return new ServiceError('PEER_UNREACHABLE', { given: code ?? name }, { cause: error });
}

const short = z.string().max(2000).optional();
const problem = z.object({ code: z.string(), rule: short, given: short, accepted: short, transactionId: short });

/** A refusal of the ledger's on the other side: the transaction that recorded it is on the channel that both read. */
export class PeerRefusal extends RuleError {
  constructor(
    code: RuleCode,
    detail: RuleError['detail'],
    readonly transactionId: string,
    readonly block: number,
  ) {
    super(code, detail);
  }
}

async function problemIn(answer: IncomingMessage): Promise<Error> {
  const told = problem.safeParse(await jsonIn(answer, MAX_PROBLEM).catch(() => undefined)).data;
  const block = Number(answer.headers['ledger-block']);
  if (told === undefined) return new ServiceError('PEER_ANSWER_WRONG', { given: `status ${answer.statusCode}` });
  const { code, transactionId, ...rest } = told;
  const detail = Object.fromEntries(Object.entries(rest).filter(([, text]) => text !== undefined));
  if (Object.hasOwn(ruleCodes, code)) {
    const known = code as RuleCode;
    return transactionId !== undefined && Number.isSafeInteger(block)
      ? new PeerRefusal(known, detail, transactionId, block)
      : new RuleError(known, detail);
  }
  if (Object.hasOwn(serviceCodes, code) && code !== 'INTERNAL') return new ServiceError(code as ServiceCode, detail);
  return new ServiceError('PEER_ANSWER_WRONG', { given: code.slice(0, 100) });
}

/** A small answer, whole. */
export async function bytesIn(answer: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let taken = 0;
  for await (const chunk of answer) {
    taken += chunk.length;
    if (taken > most) throw new ServiceError('PEER_ANSWER_WRONG', { given: 'too long' });
    chunks.push(chunk);
  }
  if (!answer.complete) throw new ServiceError('PEER_UNREACHABLE', { given: 'broken off' });
  return Buffer.concat(chunks);
}

async function jsonIn(answer: IncomingMessage, most: number): Promise<unknown> {
  return JSON.parse((await bytesIn(answer, most)).toString());
}
