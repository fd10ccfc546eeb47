/** One request to the gateway, as any client would make it; an answer that does not come is one of its own kind. */
export interface Reply {
  /** 0: no answer came, or it broke off. */
  readonly status: number;
  readonly transactionId: string | undefined;
  readonly block: number | undefined;
  /** Where an open write's outcome is told. */
  readonly location: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service answers.
  readonly body: any;
}

/** Longer than the gateway itself waits for the ledger before it says that the outcome is open. */
const PATIENCE_MS = 60_000;

export async function request(
  url: string,
  token: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const block = answer.headers.get('Ledger-Block');
    return {
      status: answer.status,
      transactionId: answer.headers.get('Ledger-Transaction-Id') ?? undefined,
      block: block === null ? undefined : Number(block),
      location: answer.headers.get('Location') ?? undefined,
      body: text === '' ? undefined : JSON.parse(text),
    };
  } catch {
    return { status: 0, transactionId: undefined, block: undefined, location: undefined, body: undefined };
  }
}
