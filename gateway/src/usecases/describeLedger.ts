import type { Services } from './services.js';

/** Who may: every caller. */
export async function describeLedger({ ledger, readModel }: Services, signal: AbortSignal) {
  const { engine, channel, height } = await ledger.info();
  const last = Number(height) - 1;
  await readModel.reached(last, signal);
  const block = await readModel.block(last);
  return { engine, channel, height: Number(height), headerHash: block?.headerHash ?? null, readModel: readModel.asOf() ?? null };
}
