import { setTimeout as delay } from 'node:timers/promises';
import { noticesOf } from '../inbox/notices.js';
import type { Task } from '../inbox/task.js';
import { tasksOf } from '../inbox/tasks.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import { post, webhookAddress } from './post.js';
import { signedHeaders } from './sign.js';
import type { Webhook, WebhookStore } from './store.js';

export interface SenderParts {
  readonly store: WebhookStore;
  readonly readModel: ReadModel;
  /** Addresses beside public ones that a department's webhooks may be at. */
  readonly ranges: (department: string) => readonly string[];
  /** Whether it is the manager's department, which is told of the manager's tasks too. */
  readonly manages: (department: string) => Promise<boolean>;
  /** What ended or held up a webhook. */
  readonly onFailure: (hook: Webhook, error: unknown) => void;
  /** Before the next attempt, after so many. */
  readonly pauseMs?: (attempts: number) => number;
  readonly scanMs?: number;
}

/** Standard Webhooks' own schedule, drawn apart by a tenth so that receivers that were down together are not called together. */
const PAUSES_MS = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000];
const standardPause = (attempts: number) => (PAUSES_MS[attempts - 1] as number) * (0.9 + Math.random() / 5);
/** After the last of these, two days on, nobody is there. */
const MAX_ATTEMPTS = PAUSES_MS.length + 1;
/** Deadlines come near by themselves: how often somebody looks. */
const SCAN_MS = 600_000;
/** When the store or the read model could not be asked. */
const FAULT_MS = 30_000;

/** Sends one webhook its messages, in order, each until it is taken: at least once, under an id that stays the same. */
export class Sender {
  #hook: Webhook;
  #scanAt = Date.now();
  readonly #parts: SenderParts;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(hook: Webhook, parts: SenderParts) {
    this.#hook = hook;
    this.#parts = parts;
    this.#running = hook.stopped ? Promise.resolve() : this.#run();
  }

  get hook(): Webhook {
    return this.#hook;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted)
      try {
        await this.#step();
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.onFailure(this.#hook, error);
        await delay(FAULT_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
  }

  async #step(): Promise<void> {
    const { readModel, scanMs = SCAN_MS } = this.#parts;
    const { block } = this.#hook.next;
    const scan = AbortSignal.timeout(Math.max(1, this.#scanAt - Date.now()));
    const read = await readModel.reached(block, AbortSignal.any([this.#stop.signal, scan])).then(
      () => true,
      (error) => {
        if (scan.aborted) return false;
        throw error;
      },
    );
    if (read) await this.#tell(block);
    if (Date.now() < this.#scanAt) return;
    await this.#remind();
    this.#scanAt = Date.now() + scanMs;
  }

  async #tell(block: number): Promise<void> {
    const { readModel, store } = this.#parts;
    const { department, next } = this.#hook;
    const notices = await noticesOf(readModel, (await readModel.block(block))?.acts ?? [], department);
    for (const [nth, notice] of notices.entries()) {
      if (nth < next.nth) continue;
      await this.#send(notice.id, { type: notice.action, timestamp: notice.at, data: notice });
      this.#hook = { ...this.#hook, next: { block, nth: nth + 1 } };
      await store.put(this.#hook);
    }
    // A block with nothing for this department is not worth a write: after a crash it is read again.
    this.#hook = { ...this.#hook, next: { block: block + 1, nth: 0 } };
  }

  /** Each deadline once when it is near, and once when it has passed. */
  async #remind(): Promise<void> {
    const { readModel, store, manages } = this.#parts;
    const { department } = this.#hook;
    const at = new Date().toISOString();
    const tasks = await tasksOf(readModel, { department, manages: await manages(department), at });
    const pressing = tasks.filter(({ urgency }) => urgency !== 'open');
    for (const task of pressing) {
      const key = keyOf(task);
      if (this.#hook.told.includes(key)) continue;
      await this.#send(key, { type: `task:${task.urgency}`, timestamp: at, data: task });
      this.#hook = { ...this.#hook, told: [...this.#hook.told, key] };
      await store.put(this.#hook);
    }
    const still = pressing.map(keyOf);
    this.#hook = { ...this.#hook, told: this.#hook.told.filter((key) => still.includes(key)) };
  }

  /** Returns once it is taken; throws when this sender ends. */
  async #send(id: string, message: unknown): Promise<void> {
    const { store, ranges, pauseMs = standardPause, onFailure } = this.#parts;
    const { signal } = this.#stop;
    const { url, secret, department } = this.#hook;
    const body = JSON.stringify(message);
    for (let attempt = (this.#hook.failing?.attempts ?? 0) + 1; ; attempt++) {
      const headers = signedHeaders(secret, id, Math.floor(Date.now() / 1000), body);
      const error = await post(webhookAddress(url), ranges(department), headers, body, signal).then(faultOf, codeOf);
      signal.throwIfAborted();
      if (error === undefined) {
        const { failing: _failing, ...well } = this.#hook;
        this.#hook = well;
        return;
      }
      const at = new Date().toISOString();
      const ends = error === 'status 410' || attempt >= MAX_ATTEMPTS;
      this.#hook = {
        ...this.#hook,
        failing: { since: this.#hook.failing?.since ?? at, attempts: attempt, error },
        ...(ends ? { stopped: { at, error } } : {}),
      };
      await store.put(this.#hook);
      if (ends) {
        onFailure(this.#hook, new Error(`the webhook has stopped: ${error}`));
        this.#stop.abort();
        signal.throwIfAborted();
      }
      await delay(pauseMs(attempt), undefined, { signal, ref: false });
    }
  }
}

const keyOf = ({ kind, subject, urgency, dueAt }: Task) => `${kind}-${subject.id}-${urgency}-${dueAt ?? ''}`;

const faultOf = (status: number) => (status >= 200 && status < 300 ? undefined : `status ${status}`);
const codeOf = (error: unknown) => (error as { code?: string }).code ?? 'unreachable';
