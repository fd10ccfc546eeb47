import { RuleError } from '@drl/chaincode/model/errors';
import { rangesOf } from '../delivery/source.js';
import { post, webhookAddress } from '../webhooks/post.js';
import { signedHeaders } from '../webhooks/sign.js';
import type { Webhook } from '../webhooks/store.js';
import type { Services } from './services.js';
import { notFound } from './visibility.js';
import type { Who } from './who.js';

/** Who may: a steward or manager, for the own department. A webhook says elsewhere what the department is told. */

/** One answer tells whether the address is good; the first real message may be days away. */
const TEST_MS = 10_000;

/** The secret is shown once, when it is made. */
export function shown({ secret: _secret, next, told: _told, ...hook }: Webhook) {
  const status = hook.stopped ? ('stopped' as const) : hook.failing ? ('failing' as const) : ('active' as const);
  return { ...hook, status, nextBlock: next.block };
}

export async function addWebhook({ webhooks }: Services, who: Who, url: string) {
  mustKeep(who);
  webhookAddress(url);
  const hook = await webhooks.add(who.caller.department, url, who.user.identity.name);
  return { ...shown(hook), secret: hook.secret };
}

export function listWebhooks({ webhooks }: Services, who: Who) {
  mustKeep(who);
  return webhooks.of(who.caller.department).map(shown);
}

export async function removeWebhook(services: Services, who: Who, id: string) {
  const hook = find(services, who, id);
  await services.webhooks.remove(id);
  return shown(hook);
}

export async function resumeWebhook(services: Services, who: Who, id: string) {
  find(services, who, id);
  return shown(await services.webhooks.resume(id));
}

/** Sends a message that means nothing, and answers what came of it. */
export async function testWebhook(services: Services, who: Who, id: string, signal: AbortSignal) {
  const { url, secret, department } = find(services, who, id);
  const body = JSON.stringify({ type: 'ping', timestamp: new Date().toISOString(), data: {} });
  const headers = signedHeaders(secret, `ping-${id}`, Math.floor(Date.now() / 1000), body);
  const until = AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]);
  return post(webhookAddress(url), rangesOf(services.resources, department), headers, body, until).then(
    (status) => ({ taken: status >= 200 && status < 300, status }),
    (error: { code?: string }) => ({ taken: false, error: error.code ?? 'unreachable' }),
  );
}

function find({ webhooks }: Services, who: Who, id: string): Webhook {
  mustKeep(who);
  const hook = webhooks.of(who.caller.department).find((one) => one.id === id);
  if (!hook) throw notFound(id);
  return hook;
}

function mustKeep({ caller: { roles } }: Who): void {
  if (!roles.includes('steward') && !roles.includes('manager'))
    throw new RuleError('ROLE_MISSING', { rule: '1', given: roles.join(', ') || 'none', accepted: 'steward or manager' });
}
