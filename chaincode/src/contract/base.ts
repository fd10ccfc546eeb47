import { type Context, Contract } from 'fabric-contract-api';
import { json, parseArgument } from '../argument.js';
import { callerOf } from '../caller.js';
import { endorserClock } from '../clock.js';
import { canonical } from '../model/canonical.js';
import { RULE_ERROR_PREFIX, RuleError } from '../model/errors.js';
import { eventOf } from '../model/events.js';
import { SETTINGS_ID } from '../model/keys.js';
import type { Settings } from '../model/records/department.js';
import type { TransactionName } from '../model/transactions.js';
import { State } from '../state.js';
import { Unit } from '../unit.js';

/**
 * What every contract does around the model's decision: load, let the model decide, store, emit. Subclasses are plain, without decorators
 * (compilers drop their metadata); their methods give `argument` a default, so that fabric-shim infers no parameter schema and does not
 * compile one at every invocation. They answer strings, since its serializer fails on objects.
 */
export abstract class LedgerContract extends Contract {
  /** Runs one transaction. `body` answers the bytes of the record that it wrote. */
  protected transact<N extends TransactionName>(
    name: N,
    context: Context,
    argument: string,
    body: (unit: Unit<N>) => Promise<string>,
  ): Promise<string> {
    return told(async () => {
      const { stub } = context;
      if (stub.getStringArgs().length > 2) throw onlyOne();
      const { input, requestId } = parseArgument(name, argument);
      const state = new State(stub);
      const settings = await state.record('settings', SETTINGS_ID);
      const rules = settings ?? (name === 'settings:set' ? founding(input) : undefined);
      if (rules === undefined) throw new RuleError('STATE_FORBIDS', { rule: '11', given: 'no settings', accepted: 'settings:set first' });
      const at = timeOf(stub.getDateTimestamp(), rules);
      const caller = await callerOf(stub, state, settings, name);
      const act = { caller, at, transactionId: stub.getTxID(), settings: rules, ...(requestId === undefined ? {} : { requestId }) };
      const unit = new Unit<N>(act, input, state);
      const answer = await body(unit);
      // What writes private data alone has no record to tell of.
      if (unit.written.length > 0) {
        const event = eventOf(name, unit.written);
        stub.setEvent(event.name, Buffer.from(event.payload));
      }
      return answer;
    });
  }

  /** Runs one read: no clock, no event, nothing written. */
  protected query(context: Context, argument: string, body: (input: unknown, state: State) => Promise<string>): Promise<string> {
    return told(async () => {
      if (context.stub.getStringArgs().length > 2) throw onlyOne();
      const parsed = json(argument) as { input?: unknown } | null;
      return body(parsed?.input, new State(context.stub));
    });
  }
}

/** A refusal travels as an error's message, which is all that a peer passes on. */
async function told(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RuleError ? new Error(RULE_ERROR_PREFIX + canonical(error.toJSON())) : error;
  }
}

const onlyOne = () => new RuleError('INPUT_INVALID', { rule: 'schema', fields: [{ path: '', message: 'one argument' }] });

/** The first settings are judged by themselves. */
function founding(input: unknown): Settings {
  return input as Settings;
}

/** DOMAIN rule 11: the one place where a contract looks at a clock, and only to refuse. */
function timeOf(proposed: Date, { maxClockSkewSeconds }: Pick<Settings, 'maxClockSkewSeconds'>): string {
  const now = endorserClock.now();
  if (!(Math.abs(proposed.getTime() - now) <= maxClockSkewSeconds * 1000))
    throw new RuleError('CLOCK_SKEW', {
      rule: '11',
      given: Number.isNaN(proposed.getTime()) ? 'no time' : proposed.toISOString(),
      accepted: `within ${maxClockSkewSeconds} s of this endorser's clock`,
    });
  return proposed.toISOString();
}
