import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DEMO_USERS } from '../demo/users.js';
import type { Services } from '../usecases/services.js';
import { headerFile, INITIAL_MANAGER, readDemoUsers } from './firstStart.js';

/** What the terminal says when all is ready: where to look, and what to try. */
export async function announce(services: Services, address: string, dataDir: string, demo: boolean): Promise<string> {
  const lines = [
    '',
    `Data Rights Ledger is ready at ${address}`,
    `  API, readable:  ${address}/docs`,
    `  trust anchors:  ${join(shown(dataDir), 'trust')}`,
  ];
  const tries = demo ? await threeTries(services, address, dataDir) : [];
  if (tries.length > 0) lines.push(`  its users:      ${join(shown(dataDir), DEMO_USERS)}`, '', 'Try, each as another user:', ...tries);
  else if (!demo && existsSync(join(dataDir, INITIAL_MANAGER)))
    lines.push(
      `  first manager:  ${join(shown(dataDir), INITIAL_MANAGER)}`,
      '  add users with: npx drl identity add NAME --department ID --roles steward,consumer',
    );
  return `${lines.join('\n')}\n\n`;
}

/** A provider's steward, a consumer elsewhere, an auditor: each with a line that works when pasted. */
async function threeTries({ readModel }: Services, address: string, dataDir: string): Promise<string[]> {
  const users = readDemoUsers(dataDir);
  const { items } = await readModel.list('asset', { status: 'published', shareType: 'unconditional' }, { limit: 200 });
  const asset = items.find((one) => one.elements.some(({ shareType }) => shareType !== 'none'));
  const steward = users.find((user) => user.department === asset?.publisher && user.roles.includes('steward'));
  const consumer = users.find((user) => user.department !== asset?.publisher && user.roles.includes('consumer'));
  const auditor = users.find((user) => user.roles.includes('auditor'));
  if (!asset || !steward || !consumer || !auditor) return [];
  const curl = (name: string, rest: string) => `  curl -s -H @${shown(headerFile(dataDir, name))} ${rest}`;
  const element = asset.elements.find(({ shareType }) => shareType !== 'none')?.name;
  const wish = { asset: asset.id, elements: [element], purpose: 'dpv:ServiceProvision', legalBasis: { en: 'Trying things out' } };
  return [
    `# ${steward.name}: what my department has registered`,
    curl(steward.name, `'${address}/api/v1/assets?publisher=${steward.department}&limit=3'`),
    `# ${consumer.name}: ask ${asset.publisher} for one element (unconditional, so granted at once)`,
    curl(consumer.name, `-H 'Content-Type: application/json' -d '${JSON.stringify(wish)}' ${address}/api/v1/grants`),
    `# ${auditor.name}: who did what with that asset (this look goes on the ledger too)`,
    curl(auditor.name, `${address}/api/v1/audit/trace/${asset.id}`),
  ];
}

/** As one would type it: relative where that is shorter. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== '' && !near.startsWith('..') && !near.includes(' ') ? near : path;
}
