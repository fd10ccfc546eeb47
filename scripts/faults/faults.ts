import { awaitLeader } from '@drl/network/fabric/channel';
import { openContext } from '@drl/network/fabric/context';
import { livingProcess, signal } from '@drl/network/fabric/processes';
import { readNetwork } from '@drl/network/fabric/state';
import { networkUp } from '@drl/network/fabric/up';
import type { GatewayProcess } from './gateway.js';

/** What breaks, and who is hit; what was broken is put right by `heal`, as an operator would. */
export interface Fault {
  readonly what: string;
  /** Whether a short run has it too. */
  readonly always: boolean;
  /** Answers who was hit. */
  readonly strike: () => Promise<string>;
  readonly heal: () => Promise<void>;
}

const hit = (dir: string, name: string, how: NodeJS.Signals): string => {
  const live = livingProcess(dir, name);
  if (!live) throw new Error(`${name} does not live`);
  signal(live.pid, how);
  return name;
};

/** What an operator does about anything: `drl network up` starts what is dead and thaws what is frozen. */
async function repair(dir: string): Promise<void> {
  const { consortium } = readNetwork(dir);
  // On a machine that is busy with the fault itself a wait may run out; an operator would say it again.
  await networkUp({ consortium, dir }).catch(() => networkUp({ consortium, dir }));
}

export function faultsOf(dir: string, gateway: GatewayProcess): readonly Fault[] {
  const heal = () => repair(dir);
  const orderer = async (leads: boolean): Promise<string> => {
    const context = await openContext(dir);
    const leader = await awaitLeader(context);
    return leads ? leader.name : (context.state.ordering.nodes.find(({ name }) => name !== leader.name)?.name as string);
  };
  const { organisations } = readNetwork(dir);
  const [manager = '', department = ''] = (['manager', 'department'] as const).map(
    (wanted) => organisations.find(({ role }) => role === wanted)?.peers[0]?.name,
  );
  const on = (what: string, how: NodeJS.Signals, victim: () => Promise<string> | string, always = true): Fault => ({
    what,
    always,
    strike: async () => hit(dir, await victim(), how),
    heal,
  });
  return [
    on('kill -9 the Raft leader', 'SIGKILL', () => orderer(true)),
    on('kill -9 a Raft follower', 'SIGKILL', () => orderer(false)),
    on('kill -9 a peer of the manager, which has two', 'SIGKILL', () => manager, false),
    on('kill -9 a department’s only peer', 'SIGKILL', () => department),
    on('kill -9 a chaincode of the manager', 'SIGKILL', () => `chaincode-${manager}`, false),
    on('kill -9 a department’s only chaincode', 'SIGKILL', () => `chaincode-${department}`),
    {
      what: 'kill -9 the gateway',
      always: true,
      strike: async () => {
        await gateway.signal('SIGKILL');
        return 'the gateway';
      },
      heal: () => gateway.start(),
    },
    on('freeze the Raft leader', 'SIGSTOP', () => orderer(true), false),
    on('freeze a peer of the manager', 'SIGSTOP', () => manager),
  ];
}
