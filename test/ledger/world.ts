import { randomUUID } from 'node:crypto';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import type { NewIdentity } from '@drl/gateway/identities';
import type { Identity, Ledger, LedgerTx, Receipt, SignedTransaction } from '@drl/gateway/ledger/ledger';
import { type Consortium, managerOf, settingsOf } from '@drl/network/consortium';

/** What the suite needs of an engine beside the port. */
export interface Harness {
  readonly consortium: Consortium;
  /** Of now: another object after `reopen`. */
  ledger(): Ledger;
  enrol(identity: NewIdentity): Promise<Identity>;
  /** From when this resolves on, the network knows the certificate as revoked. */
  revoke(identity: Identity): Promise<void>;
  /** The gateway's side ends as a process does, and begins again on the same data. */
  reopen(): Promise<void>;
  /** Root certificate of every organisation, the orderer's included. */
  trust(): Promise<ReadonlyMap<string, string>>;
  /** Runs with clients whose clock is that far from the endorsers'. */
  skewed<T>(ms: number, work: () => Promise<T>): Promise<T>;
  /** Where these bytes lie at rest: the organisations whose private data has them, and, of anything else (blocks, state, logs), what it is. */
  holders(text: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

type ProbeInput = Readonly<Record<string, string | number | readonly string[]>>;
export interface Call {
  readonly as?: Identity;
  readonly endorsers?: readonly string[];
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}
/** peer.TxValidationCode. */
export const VALID = 0;
export const ENDORSEMENT_POLICY_FAILURE = 10;
export const MVCC_READ_CONFLICT = 11;
export const PHANTOM_READ_CONFLICT = 12;

/** The demonstration's consortium with a caller for each role, and short words for what the cases do. */
export class World {
  readonly manager: string;
  readonly police = 'PoliceMSP';
  readonly social = 'SocialMSP';
  readonly agencies = 'AgenciesMSP';
  readonly audit = 'AuditMSP';
  people!: Readonly<Record<'manager' | 'household' | 'consumer' | 'social' | 'tax' | 'auditor', Identity>>;
  settings!: SignedTransaction;

  private constructor(readonly harness: Harness) {
    this.manager = managerOf(harness.consortium).mspId;
  }

  /** Enrols everyone, writes the settings, admits the departments. */
  static async begin(harness: Harness): Promise<World> {
    const world = new World(harness);
    const { consortium } = harness;
    const enrol = (name: string, mspId: string, department: string, ...roles: NewIdentity['roles']): Promise<Identity> =>
      harness.enrol({ name, mspId, department, roles, ...(roles.includes('auditor') ? { auditScope: 'all' } : {}) });
    const [manager, household, consumer, social, tax, auditor] = await Promise.all([
      enrol('bureau-manager-1', world.manager, 'data-bureau', 'manager', 'steward'),
      enrol('household-steward-1', world.police, 'household', 'steward'),
      enrol('social-consumer-1', world.social, 'social-insurance', 'consumer'),
      enrol('social-steward-1', world.social, 'social-insurance', 'steward'),
      enrol('tax-steward-1', world.agencies, 'tax', 'steward', 'consumer'),
      enrol('audit-auditor-1', world.audit, 'audit-office', 'auditor'),
    ]);
    world.people = { manager, household, consumer, social, tax, auditor };
    await world.write('settings:set', settingsOf(consortium), { as: manager });
    for (const { mspId, departments } of consortium.organisations) {
      await Promise.all(
        departments.map((d) => world.write('department:admit', { ...d, mspId } as TransactionInput<'department:admit'>, { as: manager })),
      );
    }
    return world;
  }

  get ledger(): Ledger {
    return this.harness.ledger();
  }

  /** A key that no other case uses. */
  key(name = 'key'): string {
    return `${name}-${word()}`;
  }

  endorse(
    name: string,
    input: object,
    { as = this.people.household, endorsers = [this.manager, this.police], transient }: Call = {},
  ): Promise<SignedTransaction> {
    return this.ledger.endorse({ name, input, endorsers, transient } as unknown as LedgerTx, as);
  }

  /** Endorses with the probe, and does not submit. */
  probe(fn: string, input: ProbeInput, call?: Call): Promise<SignedTransaction> {
    return this.endorse(`probe:${fn}`, input, call);
  }

  submit(signed: SignedTransaction): Promise<Receipt> {
    return this.ledger.submit(signed);
  }

  /** With the probe, committed as valid. */
  async commit(fn: string, input: ProbeInput, call?: Call): Promise<Receipt> {
    const receipt = await this.submit(await this.probe(fn, input, call));
    expect(receipt.code).toBe(VALID);
    return receipt;
  }

  ask(fn: string, input: ProbeInput, as: Identity = this.people.household): Promise<string> {
    return this.ledger.evaluate({ name: `probe:${fn}`, input }, as);
  }

  get(key: string): Promise<string> {
    return this.ask('get', { key });
  }

  /** A real transaction; what conflicts is tried again as a new one, as a gateway does. Answers the record and the receipt. */
  async write<N extends TransactionName>(
    name: N,
    input: TransactionInput<N>,
    call: Call = {},
  ): Promise<{ record: Written; receipt: Receipt }> {
    for (let attempt = 0; ; attempt++) {
      const receipt = await this.submit(await this.endorse(name, input, call));
      if (receipt.code === VALID) return { record: JSON.parse(receipt.result) as Written, receipt };
      if (attempt === 20) throw new Error(`${name} conflicts for the 20th time, with code ${receipt.code}`);
    }
  }
}

export interface Written {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly clause?: string;
}

/** Of letters alone: random digits look like a person's number now and then, and those are refused. */
export function word(): string {
  return randomUUID().replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] as string);
}
