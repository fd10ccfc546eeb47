import type { Context } from 'fabric-contract-api';
import { z } from 'zod';
import { callerOf } from '../caller.js';
import { canonical } from '../model/canonical.js';
import { RuleError } from '../model/errors.js';
import { recordKey, SETTINGS_ID } from '../model/keys.js';
import { recordId } from '../model/records/common.js';
import { type RecordKind, records } from '../model/records/index.js';
import { LedgerContract } from './base.js';

const wanted = z.strictObject({ kind: z.enum(Object.keys(records) as [RecordKind, ...RecordKind[]]), id: recordId });

/** Who the ledger takes the signer for. */
export class CallerContract extends LedgerContract {
  constructor() {
    super('caller');
  }

  whoami(context: Context, argument = ''): Promise<string> {
    return this.query(context, argument, async (_input, state) =>
      canonical(await callerOf(context.stub, state, await state.record('settings', SETTINGS_ID))),
    );
  }
}

/** A record as it stands, or the empty string. */
export class RecordContract extends LedgerContract {
  constructor() {
    super('record');
  }

  get(context: Context, argument = ''): Promise<string> {
    return this.query(context, argument, async (input, state) => {
      const parsed = wanted.safeParse(input);
      if (!parsed.success)
        throw new RuleError('INPUT_INVALID', {
          rule: 'schema',
          fields: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
        });
      return (await state.text(recordKey(parsed.data.kind, parsed.data.id))) ?? '';
    });
  }
}
