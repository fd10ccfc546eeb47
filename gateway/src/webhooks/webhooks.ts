import { randomUUID } from 'node:crypto';
import { Sender, type SenderParts } from './sender.js';
import { newSecret } from './sign.js';
import { type Webhook, WebhookStore } from './store.js';

export interface WebhooksParts extends Omit<SenderParts, 'store'> {
  readonly dir: string;
  readonly key: Buffer;
}

/** All webhooks of this gateway: each has a sender of its own, so that a receiver that is down holds up nobody else's. */
export class Webhooks {
  readonly #parts: SenderParts;
  readonly #senders = new Map<string, Sender>();

  private constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  static async open({ dir, key, ...rest }: WebhooksParts): Promise<Webhooks> {
    const store = await WebhookStore.open(dir, key);
    const webhooks = new Webhooks({ ...rest, store });
    for (const hook of await store.all()) webhooks.#start(hook);
    return webhooks;
  }

  of(department: string): Webhook[] {
    return [...this.#senders.values()].map(({ hook }) => hook).filter((hook) => hook.department === department);
  }

  async add(department: string, url: string, createdBy: string): Promise<Webhook> {
    const hook: Webhook = {
      ...{ id: randomUUID(), department, url, secret: newSecret(), createdAt: new Date().toISOString(), createdBy },
      // From now on: what was before can be read in the inbox.
      next: { block: (this.#parts.readModel.asOf()?.block ?? -1) + 1, nth: 0 },
      told: [],
    };
    await this.#parts.store.put(hook);
    this.#start(hook);
    return hook;
  }

  async remove(id: string): Promise<void> {
    await this.#senders.get(id)?.stop();
    this.#senders.delete(id);
    await this.#parts.store.remove(id);
  }

  /** Begins again where a stopped one ended. */
  async resume(id: string): Promise<Webhook> {
    const sender = this.#senders.get(id) as Sender;
    await sender.stop();
    const { stopped: _stopped, failing: _failing, ...hook } = sender.hook;
    await this.#parts.store.put(hook);
    this.#start(hook);
    return hook;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#senders.values()].map((sender) => sender.stop()));
    await this.#parts.store.close();
  }

  #start(hook: Webhook): void {
    this.#senders.set(hook.id, new Sender(hook, this.#parts));
  }
}
