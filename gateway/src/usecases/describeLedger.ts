import { SETTINGS_ID } from '@drl/chaincode/model/keys';
import type { Services } from './services.js';

/** Who may: every caller. */
export async function describeLedger({ ledger, readModel }: Services, signal: AbortSignal) {
  const { engine, channel, height } = await ledger.info();
  const last = Number(height) - 1;
  await readModel.reached(last, signal);
  const block = await readModel.block(last);
  const settings = await readModel.get('settings', SETTINGS_ID);
  return {
    engine,
    channel,
    height: Number(height),
    headerHash: block?.headerHash ?? null,
    readModel: readModel.asOf() ?? null,
    // The ledger's own word that times in this span are not those of its writing (DOMAIN rule 11).
    ...(settings?.simulatedClock ? { simulatedClock: settings.simulatedClock } : {}),
  };
}
