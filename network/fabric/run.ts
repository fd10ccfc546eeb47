import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { NetworkError } from './errors.js';
import { bareEnvironment } from './settings.js';

/** Runs a Fabric program to its end and answers what it printed. A failure carries the program's own last words. */
export function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...bareEnvironment(), ...env }, timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (d: Buffer) => out.push(d));
    child.stderr.on('data', (d: Buffer) => err.push(d));
    child.once('error', (e) => reject(new NetworkError('COMMAND_FAILED', `${basename(command)}: ${e.message}`)));
    child.once('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(out));
      const said = Buffer.concat(err).toString().trim().split('\n').slice(-3).join(' | ');
      reject(new NetworkError('COMMAND_FAILED', `${basename(command)} ${args.slice(0, 3).join(' ')}: ${said || `exit ${code}`}`));
    });
  });
}

/** Tries again until it works, it is not worth trying again, or the time is up. */
export async function retry<T>(
  what: string,
  limitMs: number,
  attempt: () => Promise<T>,
  again: (e: unknown) => boolean = () => true,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 250)) {
    try {
      return await attempt();
    } catch (e) {
      if (!again(e)) throw e;
      if (Date.now() + pause > end)
        throw new NetworkError('TIMED_OUT', `${what}, ${limitMs} ms: ${e instanceof Error ? e.message : String(e)}`);
    }
    await new Promise((r) => setTimeout(r, pause));
  }
}
