import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { request } from './client.js';
import { type Attempt, type Failure, isAcknowledged, type Load, send } from './load.js';
import { readTruth } from './truth.js';

/** What became of every write, held against the ledger itself. */
export interface Judgement {
  readonly tried: number;
  readonly acknowledged: number;
  /** Not acknowledged, or only promised, while things broke; asked afterwards, their status said that they were there, or that they were not. */
  readonly unacknowledged: number;
  readonly saidThere: number;
  readonly saidAbsent: number;
  /** Answered with 202, and come to nothing. */
  readonly brokenPromises: readonly string[];
  /** Acknowledged, and not on the ledger. */
  readonly lost: readonly string[];
  /** On the ledger more than once, however it was answered. */
  readonly doubled: readonly string[];
  /** The status said something else than the ledger. */
  readonly misreported: readonly string[];
  /** Answers that were not what their clients waited for, repeated tries included. */
  readonly answers: Readonly<Record<string, number>>;
  /** Of these, those that no fault of others explains, with how often each came. */
  readonly unexpected: Readonly<Record<string, number>>;
}

const SETTLE_MS = 90_000;
/** What a client must be ready for while things break: no answer, open, too many, not available. */
const UNDERSTANDABLE = new Set([0, 202, 429, 503]);

/** Asks of every write that was not acknowledged what became of it, as its client would; then reads the ledger. */
export async function judge(url: string, networkDir: string, reader: Identity, { attempts, failures }: Load): Promise<Judgement> {
  const acknowledged = attempts.filter(({ last }) => isAcknowledged(last));
  const open = attempts.filter(({ last }) => !isAcknowledged(last));
  const unexpected = counted(failures.filter(({ status }) => !UNDERSTANDABLE.has(status)));
  const told = new Map<Attempt, 'committed' | 'invalid' | undefined>();
  await severalAtOnce(open, async (attempt) => void told.set(attempt, await outcomeOf(url, attempt)));
  const before = await readTruth(networkDir, reader);
  await severalAtOnce(open, (attempt) => insist(url, attempt));
  const after = await readTruth(networkDir, reader);

  const misreported: string[] = [];
  let saidThere = 0;
  for (const attempt of open) {
    const { key, last } = attempt;
    const there = before.made.has(key);
    // The same key again: an earlier block's number says that it had been there, a later one's that it was not.
    const saysThere = last.block !== undefined && last.block < before.height;
    const outcome = told.get(attempt);
    const isIt = after.made.get(key)?.includes(last.transactionId ?? '') === true;
    if (!isIt || (there && !saysThere) || (outcome === 'committed' && !there) || (outcome === 'invalid' && there)) misreported.push(key);
    if (saysThere) saidThere += 1;
  }
  for (const { key, last } of acknowledged) if (!after.made.get(key)?.includes(last.transactionId ?? '')) misreported.push(key);
  return {
    tried: attempts.length,
    acknowledged: acknowledged.length,
    unacknowledged: open.length,
    saidThere,
    saidAbsent: open.length - saidThere,
    brokenPromises: open.filter((attempt) => told.get(attempt) === 'invalid').map(({ key }) => key),
    lost: acknowledged.filter(({ key }) => !after.made.has(key)).map(({ key }) => key),
    doubled: attempts.filter(({ key }) => (after.made.get(key)?.length ?? 0) > 1).map(({ key }) => key),
    misreported: [...new Set(misreported)],
    answers: counted(failures),
    unexpected,
  };
}

function counted(failures: readonly Failure[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { what } of failures) counts[what] = (counts[what] ?? 0) + 1;
  return counts;
}

/** Of a write that was answered as open: what its address says in the end. Undefined: there was no such answer. */
async function outcomeOf(url: string, { last, kind }: Attempt): Promise<'committed' | 'invalid' | undefined> {
  let location = last.location;
  if (last.status !== 202 || location === undefined) return undefined;
  for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; await sleep(200)) {
    const { status, body, location: elsewhere } = await request(`${url}${location}`, kind.token, 'GET');
    if (status === 303 && elsewhere) location = elsewhere;
    else if (status === 200 && body.status !== 'pending') return body.status;
    // Every attempt under the key came to nothing, and the key is free again.
    else if (status === 404) return 'invalid';
  }
  throw new Error(`${location} is still pending after ${SETTLE_MS} ms`);
}

async function insist(url: string, attempt: Attempt): Promise<void> {
  for (const deadline = Date.now() + SETTLE_MS; !isAcknowledged(await send(url, attempt)); await sleep(200))
    if (Date.now() > deadline) throw new Error(`${attempt.key} is not settled after ${SETTLE_MS} ms: ${attempt.last.status}`);
}

const AT_ONCE = 16;

async function severalAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
