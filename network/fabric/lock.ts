import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from './errors.js';
import { lookAt } from './processes.js';

/** One command at a time works on a network. A lock whose holder died is taken over. */
export async function withLock<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const file = join(dir, 'run', 'lock');
  mkdirSync(join(dir, 'run'), { recursive: true, mode: 0o700 });
  take(file, dir);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string, dir: string): void {
  const mine = `${process.pid} ${lookAt(process.pid)?.started ?? ''}`;
  for (let attempt = 0; ; attempt++) {
    try {
      const fd = openSync(file, 'wx', 0o600);
      writeSync(fd, mine);
      closeSync(fd);
      return;
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 3) throw e;
    }
    const [pid = '0', started = ''] = read(file).split(' ');
    if (lookAt(Number(pid))?.started === started && started !== '') throw new NetworkError('NETWORK_BUSY', `${dir}: pid ${pid}`);
    rmSync(file, { force: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
