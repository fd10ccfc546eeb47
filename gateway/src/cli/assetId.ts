import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Client } from './client.js';
import { CliError } from './errors.js';

/** What a person calls an asset: its id, its catalogue code, or words of its title. */
export async function assetId(client: Client, given: string): Promise<string> {
  if (/^ast-[0-9a-f]+$/.test(given)) return given;
  const list = async (query: Record<string, string>) =>
    (await client.get<{ items: Asset[] }>(`/assets?${new URLSearchParams({ ...query, limit: '10' })}`)).items;
  const found = await list({ catalogCode: given });
  const candidates = found.length > 0 ? found : await list({ q: given });
  const [only] = candidates;
  if (candidates.length === 1 && only) return only.id;
  throw new CliError(
    'NOT_FOUND',
    candidates.length === 0 ? given : candidates.map(({ id, title }) => `${id} ${title.zh ?? title.en}`).join('; '),
  );
}
