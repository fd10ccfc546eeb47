import type { Context } from 'fabric-contract-api';
import { SEVERAL } from '../caller.js';
import { indexKeys, SETTINGS_ID } from '../model/keys.js';
import { admit, set } from '../model/rules/department.js';
import { rename, succeed } from '../model/rules/succession.js';
import { LedgerContract } from './base.js';
import { passRecordOn } from './passOn.js';

export class SettingsContract extends LedgerContract {
  constructor() {
    super('settings');
  }

  set(context: Context, argument = ''): Promise<string> {
    return this.transact('settings:set', context, argument, async (unit) => {
      const previous = await unit.state.record('settings', SETTINGS_ID);
      return unit.save('settings', previous, set(unit.act, previous, unit.input));
    });
  }
}

export class DepartmentContract extends LedgerContract {
  constructor() {
    super('department');
  }

  admit(context: Context, argument = ''): Promise<string> {
    return this.transact('department:admit', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const first = (await state.text(indexKeys.soleDepartment(act.settings.managerMspId))) === undefined;
      const admitted = admit(act, await state.record('department', input.id), first, input);
      const index = indexKeys.soleDepartment(admitted.mspId);
      const sole = await state.text(index);
      // Written twice at most, so that admitting many departments of one organisation at once does not conflict.
      if (sole === undefined) await state.putText(index, admitted.id);
      else if (sole !== SEVERAL) await state.putText(index, SEVERAL);
      return unit.save('department', undefined, admitted);
    });
  }

  rename(context: Context, argument = ''): Promise<string> {
    return this.transact('department:rename', context, argument, async (unit) => {
      const department = await unit.state.need('department', unit.input.id);
      return unit.save('department', department, rename(unit.act, department, unit.input));
    });
  }

  succeed(context: Context, argument = ''): Promise<string> {
    return this.transact('department:succeed', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const department = await state.need('department', input.id);
      const successors = [];
      for (const id of input.successors) successors.push(await state.record('department', id));
      return unit.save('department', department, succeed(act, department, successors, input));
    });
  }

  passOn(context: Context, argument = ''): Promise<string> {
    return this.transact('department:passOn', context, argument, passRecordOn);
  }
}
