import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Consortium, managerOf } from '@drl/network/consortium';
import { readDemonstration } from '../demo/data.js';
import { demonstrationStart, type SeedDeps, seedAtPresent, seedDemonstration } from '../demo/seed.js';
import { DEMO_USERS, type DemoUser, demoUsers, writeDemoUsers } from '../demo/users.js';
import type { Enrol, Identities, NewIdentity } from '../identities.js';
import { type Identity, LedgerError } from '../ledger/ledger.js';
import { bootstrapConsortium } from '../usecases/bootstrapConsortium.js';
import type { Services } from '../usecases/services.js';
import { writeSecret } from '../wallet.js';
import type { Backend } from './backend.js';
import { directories } from './directories.js';

/** What happens once: identities, the consortium on the ledger, and, as a demonstration, a city's past weeks. */

type Say = (line: string) => void;

/** The first identity of an empty consortium, with its token; it adds the others. */
export const INITIAL_MANAGER = 'initial-manager.json';

/** Its token as a header, for `curl -H @FILE`: so that no token stands in a command line, where every process can read it. */
export const headerFile = (dataDir: string, name: string) => join(dataDir, 'headers', name);

/** There while the first start loads: a start that finds it begins anew. */
const loading = (dataDir: string) => join(dataDir, 'loading');
/** There once all is loaded; says how this directory is laid out. */
const layout = (dataDir: string) => join(dataDir, 'layout');
const LAYOUT = '1\n';

/**
 * Whether nothing was made here yet. What a start that was cut off left behind has served nobody: it goes, and is made again; `keepUsers`: but
 * for identities, which were there before.
 */
export function beginFirstStart(dataDir: string, say: Say, keepUsers = false): boolean {
  if (existsSync(layout(dataDir))) {
    if (readFileSync(layout(dataDir), 'utf8') !== LAYOUT) throw new Error(`${dataDir} was laid out by another version of this software`);
    return false;
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (existsSync(loading(dataDir))) {
    say('The last start was cut off while it loaded; beginning anew.');
    const { ledger, readModel, journal, questions, wallet } = directories(dataDir);
    const users = keepUsers ? [] : [wallet, join(dataDir, 'headers'), join(dataDir, DEMO_USERS), join(dataDir, INITIAL_MANAGER)];
    for (const part of [ledger, readModel, journal, questions, ...users]) rmSync(part, { recursive: true, force: true });
  } else writeSecret(loading(dataDir), Buffer.from(LAYOUT));
  return true;
}

export function endFirstStart(dataDir: string): void {
  renameSync(loading(dataDir), layout(dataDir));
}

/** When the demonstration's clock begins. */
export function simulationStart(consortium: Consortium, now: Date): Date {
  return demonstrationStart(now, calendarOf(consortium), readDemonstration());
}

/**
 * Brings to the ledger what is new in the consortium file, and, where its clock is still a simulated one, the demonstration. A ledger without
 * such a clock gets the demonstration at present, once: when this start founds it.
 */
export async function prepare(services: Services, backend: Backend, demo: boolean, now: Date, say: Say): Promise<void> {
  const { consortium, identities } = services;
  const manager = managerIn(identities, consortium);
  if (!manager) return;
  const { simulation } = backend;
  if (!simulation) {
    const { founded } = await bootstrapConsortium(services, manager);
    if (founded && demo) {
      const { player, done } = playerOf(services, now, say);
      await seedAtPresent(player);
      await done();
    }
    return;
  }
  await bootstrapConsortium(services, manager, { from: simulationStart(consortium, now).toISOString(), to: now.toISOString() });
  await seed(services, simulation, now, say);
  await simulation.end();
}

/** A manager whose key this gateway holds, if there is one. */
export function managerIn(identities: Identities, consortium: Consortium): Identity | undefined {
  const { mspId } = managerOf(consortium);
  const found = identities.list().find((one) => one.mspId === mspId && one.roles.includes('manager') && !one.revokedAt);
  return found && identities.byName(found.name)?.identity;
}

/** The demonstration's users, or the one who will add the others; their tokens go to files that only the operator reads. */
export async function createUsers(
  identities: Identities,
  consortium: Consortium,
  enrol: Enrol,
  demo: boolean,
  dataDir: string,
  say: Say,
): Promise<void> {
  const made: DemoUser[] = [];
  const there = new Set(identities.list().map(({ name }) => name));
  for (const wanted of demo ? demoUsers(consortium) : [initialManager(consortium)]) {
    if (there.has(wanted.name)) continue;
    const { token } = await identities.create(wanted, enrol);
    made.push({ name: wanted.name, department: wanted.department, roles: wanted.roles, token });
  }
  mkdirSync(join(dataDir, 'headers'), { recursive: true, mode: 0o700 });
  for (const { name, token } of made) writeSecret(headerFile(dataDir, name), Buffer.from(`Authorization: Bearer ${token}\n`));
  if (demo) writeDemoUsers(dataDir, made);
  else writeSecret(join(dataDir, INITIAL_MANAGER), Buffer.from(`${JSON.stringify(made, null, 2)}\n`));
  say(`${made.length} ${made.length === 1 ? 'identity' : 'identities'} enrolled.`);
}

function initialManager(consortium: Consortium): NewIdentity {
  const { mspId, departments } = managerOf(consortium);
  const department = departments[0]?.id;
  if (!department) throw new Error('the consortium file names no department of the manager’s organisation');
  return { name: `${department}-manager-1`, mspId, department, roles: ['manager'] };
}

async function seed(services: Services, simulation: NonNullable<Backend['simulation']>, now: Date, say: Say): Promise<void> {
  const { player, done } = playerOf(services, now, say);
  await seedDemonstration({
    ...player,
    setTime: simulation.set,
    keepQuestion: (action, asked) => services.questions.keep({ action, asked }),
  });
  await done();
}

type Player = Pick<SeedDeps, 'now' | 'calendar' | 'write' | 'progress'>;

/** What plays the demonstration's acts through the gateway's own way to the ledger; `done` once the read model has them all. */
function playerOf({ submitter, identities, consortium, readModel }: Services, now: Date, say: Say) {
  let told = 0;
  let last = 0;
  const player: Player = {
    now,
    calendar: calendarOf(consortium),
    write: async (as, name, input) => {
      const user = identities.byName(as);
      if (!user) throw new Error(`the demonstration needs the identity ${as}`);
      const outcome = await submitter.write({ name, input, as: user.identity });
      if (outcome.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: outcome.transactionId });
      last = Math.max(last, Number(outcome.receipt.block));
      return { result: outcome.receipt.result, block: last };
    },
    progress: (done, total, at) => {
      if (done < total && done - told < total / 10) return;
      told = done;
      say(
        `  ${String(Math.round((100 * done) / total)).padStart(3)} %  ${done} of ${total} transactions, up to ${at.toISOString().slice(0, 10)}`,
      );
    },
  };
  return { player, done: () => readModel.reached(last) };
}

function calendarOf({ timeZone, rules }: Consortium) {
  return { timeZone, holidays: rules.holidays, makeUpDays: rules.makeUpDays };
}

export function readDemoUsers(dataDir: string): DemoUser[] {
  const file = join(dataDir, DEMO_USERS);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoUser[]) : [];
}
