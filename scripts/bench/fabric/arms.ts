import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openFabric } from '@drl/gateway/ledger/fabric';
import type { Identity } from '@drl/gateway/ledger/ledger';
import express from 'express';
import { Gateway } from 'fabric-network';

/** The three ways to a trivial put: what a plain client reaches, what a plain service around it reaches, what our adapter reaches. */
export interface Place {
  readonly profile: Record<string, unknown>;
  readonly channel: string;
  readonly chaincode: string;
  /** Two organisations, as our own rules would name them. */
  readonly endorsers: readonly string[];
}

export interface Arm {
  readonly once: () => Promise<void>;
  /** Where it serves HTTP. */
  readonly url?: string;
  readonly close: () => Promise<void>;
}

/** About what a small record is. */
const VALUE = 'v'.repeat(300);
const argument = () => JSON.stringify({ input: { key: `bench-${randomUUID()}`, value: VALUE } });

/** Its default of five minutes would hold up the whole run for one lost event. */
const COMMIT_TIMEOUT_S = 10;

/** fabric-network as its samples use it: default signer, default event strategy, one gateway. Endorsers are named, as discovery is off. */
export async function bare({ profile, channel, chaincode, endorsers }: Place, as: Identity): Promise<Arm> {
  const gateway = new Gateway();
  const privateKey = as.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await gateway.connect(profile, {
    identity: { type: 'X.509', mspId: as.mspId, credentials: { certificate: as.certificate, privateKey } } as never,
    discovery: { enabled: false },
    eventHandlerOptions: { commitTimeout: COMMIT_TIMEOUT_S },
  });
  const network = await gateway.getNetwork(channel);
  const contract = network.getContract(chaincode);
  let turn = 0;
  const once = async () => {
    const n = turn++;
    const peers = endorsers.map((mspId) => {
      const own = network.getChannel().getEndorsers(mspId);
      return own[n % own.length] as (typeof own)[number];
    });
    await contract.createTransaction('put:put').setEndorsingPeers(peers).submit(argument());
  };
  // The first one opens its stream of events; others beside it can miss theirs, and wait until they time out.
  await once();
  return { once, close: async () => gateway.disconnect() };
}

/** The plainest service around it. */
export async function plainService(place: Place, as: Identity): Promise<Arm> {
  const client = await bare(place, as);
  const app = express();
  app.use(express.json());
  app.post('/put', async (_request, response) => {
    await client.once();
    response.status(201).json({ status: 'committed' });
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...client,
    url: `http://127.0.0.1:${port}/put`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await client.close();
    },
  };
}

/** Our adapter and its native signer, on the same contract. */
export async function native({ profile, channel, chaincode, endorsers }: Place, as: Identity): Promise<Arm> {
  const ledger = await openFabric({ profile, channel, chaincode, reader: as });
  return {
    once: async () => {
      const input = JSON.parse(argument()).input;
      const { code } = await ledger.submit(await ledger.endorse({ name: 'put:put' as never, input: input as never, endorsers }, as));
      if (code !== 0) throw new Error(`validation code ${code}`);
    },
    close: () => ledger.close(),
  };
}
