import { Presets, SingleBar } from 'cli-progress';
import { pad } from './terminal.js';

/** A bar on the terminal, for people who wait; nothing where stderr is no terminal. */
export interface Progress {
  readonly to: (done: number, total?: number) => void;
  readonly end: () => void;
}

export function progress(what: string, total: number): Progress {
  if (!process.stderr.isTTY) return { to: () => {}, end: () => {} };
  const bar = new SingleBar(
    {
      format: `${pad(what, 12)} {bar} {value}/{total}  {duration_formatted}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    to(done, of) {
      if (of !== undefined) bar.setTotal(of);
      bar.update(done);
    },
    end: () => bar.stop(),
  };
}
