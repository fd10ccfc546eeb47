import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Request } from './client.js';

/** State: one client process, which answers one request at a time. */
export class Client {
  readonly #child: ChildProcess = fork(join(__dirname, 'client.js'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

  get pid(): number {
    return this.#child.pid as number;
  }

  ask<T>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`the client ended with ${code}`));
      this.#child.once('exit', ended);
      this.#child.once('message', ({ result, error }: { result?: T; error?: string }) => {
        this.#child.off('exit', ended);
        if (error !== undefined) reject(new Error(error));
        else resolve(result as T);
      });
      this.#child.send(request);
    });
  }

  end(): void {
    this.#child.kill();
  }
}
