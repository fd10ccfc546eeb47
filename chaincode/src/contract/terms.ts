import type { Context } from 'fabric-contract-api';
import { callerOf } from '../caller.js';
import { canonical } from '../model/canonical.js';
import { sha256 } from '../model/commitment.js';
import { RuleError } from '../model/errors.js';
import { SETTINGS_ID, termsKey } from '../model/keys.js';
import type { Settings } from '../model/records/department.js';
import type { Grant } from '../model/records/grant.js';
import { TRANSIENT_TERMS, termsRead } from '../model/records/terms.js';
import { type Home, homesOf, mustBePast, mustNegotiate, mustRead, openTerms, splitTerms } from '../model/rules/terms.js';
import type { State } from '../state.js';
import { LedgerContract } from './base.js';

/** Confidential terms of a grant, in transactions that write private data and nothing else: the parties alone endorse them. */
export class TermsContract extends LedgerContract {
  constructor() {
    super('terms');
  }

  write(context: Context, argument = ''): Promise<string> {
    return this.transact('terms:write', context, argument, async ({ act, input: { grant: id, termsHash }, state }) => {
      const grant = await state.need('grant', id);
      mustNegotiate(act, grant);
      const homes = await findHomes(state, grant, act.settings);
      const bytes = state.transient(TRANSIENT_TERMS);
      openTerms(bytes, grant);
      const given = sha256(bytes as Uint8Array);
      if (given !== termsHash) throw new RuleError('TERMS_MISMATCH', { rule: '10', given: termsHash, accepted: given });
      for (const { department, mspId } of homes) await state.putPrivate(mspId, termsKey(id, termsHash, department), bytes as Uint8Array);
      return canonical({ grant: id, termsHash });
    });
  }

  /** One's own copy goes, with its hash from the state; the blocks keep the commitment, and so stay as they were. */
  purge(context: Context, argument = ''): Promise<string> {
    return this.transact('terms:purge', context, argument, async ({ act, input: { grant: id, termsHash }, state }) => {
      const { caller } = act;
      mustBePast(act, await state.need('grant', id), termsHash);
      const key = termsKey(id, termsHash, caller.department);
      if ((await state.privateHash(caller.mspId, key)) === '') throw absent(termsHash);
      await state.purgePrivate(caller.mspId, key);
      return canonical({ grant: id, termsHash });
    });
  }

  read(context: Context, argument = ''): Promise<string> {
    return this.query(context, argument, async (input, state) => {
      const asked = termsRead.safeParse(input);
      if (!asked.success)
        throw new RuleError('INPUT_INVALID', {
          rule: 'schema',
          fields: asked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
        });
      const caller = await callerOf(context.stub, state, await state.record('settings', SETTINGS_ID));
      const grant = await state.need('grant', asked.data.grant);
      mustRead(caller, grant);
      const termsHash = asked.data.termsHash ?? grant.termsHash ?? grant.termsOffer?.termsHash;
      const bytes = termsHash && (await state.privateValue(caller.mspId, termsKey(grant.id, termsHash, caller.department)));
      if (!bytes) throw absent(termsHash ?? grant.id);
      const { salt, terms } = splitTerms(bytes);
      return canonical({ grant: grant.id, termsHash, salt: Buffer.from(salt).toString('hex'), terms });
    });
  }
}

/** Both copies are there, and are what was committed to: their hashes are on every peer, the manager's too. */
export async function mustBeHeld(state: State, grant: Grant, termsHash: string, settings: Settings): Promise<void> {
  for (const { department, mspId } of await findHomes(state, grant, settings))
    if ((await state.privateHash(mspId, termsKey(grant.id, termsHash, department))) !== termsHash)
      throw new RuleError('TERMS_NOT_HELD', { rule: '10', given: termsHash, accepted: `held by ${department} on ${mspId}` });
}

async function findHomes(state: State, grant: Grant, settings: Settings): Promise<Home[]> {
  const [assigner, assignee] = [await state.record('department', grant.assigner), await state.record('department', grant.assignee)];
  return homesOf(grant, (id) => (id === grant.assigner ? assigner : assignee)?.mspId, settings);
}

const absent = (termsHash: string) =>
  new RuleError('NOT_FOUND', { rule: '10', given: `terms ${termsHash}`, accepted: 'terms that this department holds' });
