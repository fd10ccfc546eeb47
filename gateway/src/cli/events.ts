import { CliError } from './errors.js';

/** Newline-delimited JSON, whatever the chunks. */
export async function* events<T>(answer: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of answer) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) yield JSON.parse(line) as T;
    }
  } catch (error) {
    throw new CliError('BROKEN_OFF', (error as Error).message);
  }
}
