import { createPrivateKey } from 'node:crypto';
import { type Arm, bare, native, type Place, plainService } from './arms.js';
import { type Load, run } from './load.js';

/** One arm in a process of its own, so that its processor time can be told from the others'. Connected only while it is its turn. */
export type Request =
  | { readonly open: 'bare' | 'express' | 'native'; readonly place: Place; readonly as: Signer }
  | { readonly load: Load }
  | 'close';

export interface Signer {
  readonly name: string;
  readonly mspId: string;
  readonly certificate: string;
  readonly privateKey: string;
}

let arm: Arm | undefined;

async function answer(request: Request): Promise<unknown> {
  if (request === 'close') {
    await arm?.close();
    arm = undefined;
    return {};
  }
  if ('open' in request) {
    const make = { bare, express: plainService, native }[request.open];
    arm = await make(request.place, { ...request.as, privateKey: createPrivateKey(request.as.privateKey) });
    return { url: arm.url };
  }
  if (!arm) throw new Error('not open');
  return run(arm.once, request.load);
}

process.on('message', (request: Request) => {
  answer(request).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
