import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentLetter {
  readonly path: string;
  readonly letter: string;
}

/** Stands between two gateways as whoever listens on the way would, and keeps what it saw. */
export class Relay {
  readonly letters: SentLetter[] = [];
  target = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (asked, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of asked) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      this.letters.push({ path: asked.url as string, letter: JSON.parse(body.toString()).letter });
      const passed = request(`${this.target}${asked.url}`, { method: asked.method, headers: asked.headers }, (answer) => {
        response.writeHead(answer.statusCode as number, answer.headers);
        answer.on('data', (chunk) => response.write(chunk));
        answer.on('end', () => {
          if (answer.headers.trailer) response.addTrailers(answer.trailers as Record<string, string>);
          response.end();
        });
        answer.on('error', () => response.destroy());
      });
      passed.on('error', () => response.destroy());
      passed.end(body);
    });
  }

  static async open(): Promise<Relay> {
    const relay = new Relay();
    await new Promise<void>((done) => relay.#server.listen(0, '127.0.0.1', done));
    return relay;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
