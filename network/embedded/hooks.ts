/** Where a test may step in, to end the process there: after each step on a transaction's way the name of the step is called. */
export const steps = ['endorsed', 'ordered', 'validated', 'built', 'synced', 'committed'] as const;
export type Step = (typeof steps)[number];
export type Hooks = ((step: Step) => void | Promise<void>) | undefined;

export async function at(hooks: Hooks, step: Step): Promise<void> {
  if (hooks) await hooks(step);
}
