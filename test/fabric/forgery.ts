import { canonical } from '@drl/chaincode/model/canonical';
import { type Connections, connect } from '@drl/gateway/ledger/fabric/connect';
import { type Answer, ask, type Call, endorse, signProposal } from '@drl/gateway/ledger/fabric/endorse';
import type { Endpoint } from '@drl/gateway/ledger/fabric/endpoint';
import type { Identity, SignedTransaction } from '@drl/gateway/ledger/ledger';
import { buildEnvelope, transactionPayload } from '@drl/network/block/build';
import { sign } from '@drl/network/block/sign';
import { num, Reader } from '@drl/network/block/wire';
import type { TestNetwork } from './network';

/** What a client does who picks its endorsers by peer, and cares for no rule: endorse where it likes, put together what it likes. */
export class Forger {
  private constructor(
    private readonly connections: Connections,
    private readonly channel: string,
    private readonly chaincode: string,
    private readonly as: Identity,
  ) {}

  static async open({ profile, state }: TestNetwork, as: Identity): Promise<Forger> {
    const { channel, chaincode } = state.consortium;
    return new Forger(await connect({ ...profile }, channel, as), channel, chaincode, as);
  }

  get peers(): readonly Endpoint[] {
    return this.connections.peers;
  }

  /** Signed over the endorsements of exactly these peers. */
  endorse(peers: readonly string[], name: string, input: unknown, as = this.as): Promise<SignedTransaction> {
    const chosen = peers.map((peer) => this.peer(peer));
    return endorse(
      chosen,
      chosen.map(({ mspId }) => mspId),
      this.call(name, input),
      as,
      0,
    );
  }

  /** What one peer made of a proposal, with another's signature beside it, which that one gave for something else. */
  async glue(
    name: string,
    input: unknown,
    peer: string,
    other: { name: string; input: unknown; peer: string },
  ): Promise<SignedTransaction> {
    const own = await signProposal(this.call(name, input), this.as);
    const mine = await this.ask(peer, own);
    const theirs = await this.ask(other.peer, await signProposal(this.call(other.name, other.input), this.as));
    const unsigned = transactionPayload(own.proposal, mine.payload, [mine.endorsement, theirs.endorsement]);
    const envelope = buildEnvelope(unsigned, await sign(this.as.privateKey, unsigned));
    return { transactionId: own.proposal.txId, envelope, result: '' };
  }

  /** A record's text as one peer's state has it; empty: there is none. */
  async state(peer: string, kind: string, id: string): Promise<string> {
    const { status, message, result } = await this.ask(peer, await signProposal(this.call('record:get', { kind, id }), this.as));
    if (status !== 200) throw new Error(message);
    return result.toString('utf8');
  }

  /** The validation code that a peer gives a transaction in its own copy of the block, once it has it (qscc; peer.ProcessedTransaction.validationCode). */
  async code(peer: string, transactionId: string): Promise<number> {
    const call = {
      channel: this.channel,
      chaincode: 'qscc',
      args: ['GetTransactionByID', this.channel, transactionId],
      timestamp: new Date(),
    };
    const { status, result } = await this.ask(peer, await signProposal(call, this.as));
    // It has not drawn that block yet.
    if (status !== 200) return this.code(peer, transactionId);
    const reader = new Reader(result);
    let code = 0;
    while (reader.next()) if (reader.tag === num(2)) code = reader.int32();
    return code;
  }

  close(): void {
    this.connections.close();
  }

  private ask(peer: string, signed: Awaited<ReturnType<typeof signProposal>>): Promise<Answer> {
    const endpoint = this.peer(peer);
    return ask([endpoint], endpoint.mspId, signed, 0);
  }

  private peer(name: string): Endpoint {
    const found = this.peers.find((peer) => peer.name === name);
    if (!found) throw new Error(`no peer ${name}`);
    return found;
  }

  private call(name: string, input: unknown): Call {
    return { channel: this.channel, chaincode: this.chaincode, args: [name, canonical({ input })], timestamp: new Date() };
  }
}
