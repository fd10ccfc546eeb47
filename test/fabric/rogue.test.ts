import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exportEvidence } from '@drl/gateway/evidence/export';
import { verifyFile } from '@drl/gateway/evidence/file';
import type { Subject } from '@drl/gateway/evidence/format';
import { evidenceSource } from '@drl/gateway/evidence/source';
import type { Identity, Receipt, SignedTransaction } from '@drl/gateway/ledger/ledger';
import { enrolUser } from '@drl/network/fabric/enrol';
import { ownChaincode } from '@drl/network/fabric/package';
import { networkStatus } from '@drl/network/fabric/status';
import { type Gateway, grant, population, publish, sent, wish } from '../http/gateway';
import { describeFabric } from './availability';
import { Forger } from './forgery';
import { openFabricGateway } from './gateway';
import { type TestNetwork, testNetwork } from './network';
import { replaceChaincode } from './rogue';

const ROGUE = resolve(__dirname, 'fixtures', 'rogue');
const UNLOCKED = resolve(__dirname, 'fixtures', 'unlocked');

const MANAGER_PEER = 'peer0-BureauMSP';
/** The cheating department's own. */
const PEER = 'peer0-SocialMSP';
const ENDORSING = ['peer0-BureauMSP', 'peer1-BureauMSP', 'peer0-PoliceMSP', 'peer0-SocialMSP', 'peer0-AgenciesMSP'];
const ALL = [...ENDORSING, 'peer0-AuditMSP'];

const VALID = 0;
const ENDORSEMENT_POLICY_FAILURE = 10;
const OTHER_HASH = 'b'.repeat(64);

// biome-ignore lint/suspicious/noExplicitAny: records as JSON; the assertions say what they should hold.
type Json = any;
interface Attempt {
  readonly what: string;
  readonly name: string;
  readonly input: Json;
  /** The record that it is about. */
  readonly subject: { readonly kind: string; readonly id: string };
}

describeFabric('an organisation that cheats', () => {
  let network: TestNetwork;
  let gateway: Gateway;
  let forger: Forger;
  let cheat: Identity;
  /** What the others own, before and after. */
  let asset: string;
  let request: string;
  let between: string;
  let ofOthers: string;

  const household = { department: 'household', mspId: 'PoliceMSP', name: 'household-steward-1' };
  const tax = { department: 'tax', mspId: 'AgenciesMSP', name: 'tax-steward-1' };
  const submit = (signed: SignedTransaction): Promise<Receipt> => gateway.service.services.ledger.submit(signed);
  const auditor = (path: string) => gateway.call('auditor-all', 'GET', path);
  const onLedger = async (kind: string, id: string): Promise<Json> => {
    const text = await forger.state('peer1-BureauMSP', kind, id);
    return text === '' ? undefined : JSON.parse(text);
  };
  const states = ({ kind, id }: Attempt['subject']) => Promise.all(ENDORSING.map((peer) => forger.state(peer, kind, id)));

  /** What the trail of what failed says of a transaction, over HTTP, once the gateway has read its block. */
  const named = async ({ transactionId, block }: Receipt): Promise<Json[]> => {
    await gateway.service.services.readModel.reached(Number(block));
    const { status, body } = await auditor('/audit/refusals?limit=200');
    expect(status).toBe(200);
    return body.items.filter((entry: Json) => entry.transactionId === transactionId);
  };
  const codes = (transactionId: string) => Promise.all(ALL.map((peer) => forger.code(peer, transactionId)));

  /** In every peer's copy of the block it is void, no peer's state has moved, and whoever audits is told. */
  async function cameToNothing({ subject }: Attempt, before: readonly string[], signed: SignedTransaction): Promise<void> {
    const receipt = await submit(signed);
    expect(receipt.code).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await codes(receipt.transactionId)).toEqual(ALL.map(() => ENDORSEMENT_POLICY_FAILURE));
    const entries = await named(receipt);
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries)
      expect(entry).toMatchObject({ outcome: 'invalid', clause: 'ENDORSEMENT_POLICY_FAILURE', actor: { name: cheat.name } });
    expect(await states(subject)).toEqual(before);
  }

  /** On the ledger it stands, since the network could not refuse it; nowhere else: no answer of the service holds it, and it is named. */
  async function countsForNothing(signed: SignedTransaction, subject: Attempt['subject']): Promise<Json> {
    const receipt = await submit(signed);
    expect(await codes(receipt.transactionId)).toEqual(ALL.map(() => VALID));
    expect(JSON.parse(await forger.state('peer0-PoliceMSP', subject.kind, subject.id)).updated.transactionId).toBe(receipt.transactionId);
    const [entry, ...more] = await named(receipt);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ outcome: 'ignored', subject: { kind: subject.kind, id: subject.id }, actor: { name: cheat.name } });
    const { body } = await auditor(`/transactions/${receipt.transactionId}`);
    expect(body).toMatchObject({ code: 'VALID', writes: [] });
    await refusedAsEvidence(receipt, subject);
    return entry;
  }

  /** Evidence as the cheat would make it, every block and signature true: `drl verify` refuses it for who signed it, or who did not. */
  async function refusedAsEvidence({ transactionId, block }: Receipt, subject: Attempt['subject']): Promise<void> {
    const { ledger, readModel, consortium } = gateway.service.services;
    const { channel, chaincode } = consortium;
    const source = evidenceSource({ ledger, readModel, channel, chaincode, as: cheat });
    const entry = await readModel.transaction(transactionId);
    const place = async () => ({ block, tx: BigInt(entry?.index ?? 0) });
    const file = await exportEvidence(subject as Subject, { ...source, place });
    const path = join(gateway.dir, 'forged.json');
    writeFileSync(path, file as Buffer);
    const { exit, report } = await verifyFile(path, join(gateway.dir, 'trust'));
    expect([exit, report.verdict, report.steps.at(-1)]).toEqual([1, 'not-proven', { step: 'author', status: 'failed' }]);
  }

  const forgedAsset = (id: string) => ({
    ...{ kind: 'asset', id, version: 1, publisher: 'household', distributions: [], status: 'registered' },
    ...population,
  });
  const forgedGrant = (id: string) => ({
    ...{ kind: 'grant', id, version: 1, assigner: 'household', assignee: 'social-insurance', assetVersion: 2, constraints: {} },
    ...{ ...wish(asset), requestedAt: new Date().toISOString(), decided: 'STAMP', status: 'active' },
  });
  const acknowledgement = { payloadHash: 'a'.repeat(64), hashAlgorithm: 'sha-256', stamp: 'STAMP' };
  const acknowledged = (share: Json) => ({
    ...share,
    version: share.version + 1,
    consumerCommitment: acknowledgement,
    status: 'acknowledged',
  });
  const rewritten = (share: Json) => ({
    ...share,
    version: share.version + 1,
    payloadHash: OTHER_HASH,
    providerCommitment: { ...share.providerCommitment, payloadHash: OTHER_HASH },
  });

  /** Each as the other party, or the owner, would have signed it. */
  async function attempts(suffix: string): Promise<Attempt[]> {
    const share = await onLedger('share', ofOthers);
    const write = (what: string, record: Json, as: Json): Attempt => ({
      what,
      name: 'rogue:write',
      input: { record, as },
      subject: { kind: record.kind, id: record.id },
    });
    return [
      {
        what: 'approves what it asked for itself',
        name: 'grant:approve',
        input: { id: request },
        subject: { kind: 'grant', id: request },
      },
      {
        what: 'changes another’s asset',
        name: 'asset:revise',
        input: { id: asset, changes: { title: { en: 'Nothing to see' } } },
        subject: { kind: 'asset', id: asset },
      },
      write('forges another’s asset', forgedAsset(`ast-${suffix}`), household),
      write('grants itself what was never asked', forgedGrant(`grn-${suffix}`), household),
      write('forges an acknowledgement', acknowledged(share), tax),
      write('rewrites a share', rewritten(share), household),
      {
        what: 'loosens the policy of another’s key',
        name: 'rogue:loosen',
        input: { kind: 'asset', id: asset, mspId: 'SocialMSP' },
        subject: { kind: 'asset', id: asset },
      },
    ];
  }

  beforeAll(async () => {
    network = await testNetwork();
    gateway = await openFabricGateway(network.dir);
    asset = await publish(gateway);
    const asked = await gateway.call('social-consumer-1', 'POST', '/grants', wish(asset));
    request = asked.body.id;
    const own = await gateway.call('household-steward-1', 'POST', '/shares', sent(await grant(gateway, asset)));
    between = own.body.id;
    const taxGrant = await gateway.call('tax-steward-1', 'POST', '/grants', wish(asset));
    await gateway.call('household-steward-1', 'POST', `/grants/${taxGrant.body.id}/approve`, {});
    const theirs = await gateway.call('household-steward-1', 'POST', '/shares', sent(taxGrant.body.id));
    ofOthers = theirs.body.id;
    expect([asked.status, own.status, theirs.status]).toEqual([201, 201, 201]);
    const name = 'social-cheat-1';
    const user = await enrolUser(network, 'SocialMSP', { name, roles: ['steward', 'consumer'], department: 'social-insurance' });
    cheat = { name, mspId: 'SocialMSP', certificate: user.certificate, privateKey: createPrivateKey(user.privateKey) };
    forger = await Forger.open(network, cheat);
    await replaceChaincode(network.dir, PEER, ROGUE);
  }, 180_000);

  afterAll(async () => {
    forger?.close();
    await gateway?.close();
    await network?.end();
  }, 60_000);

  describe('with its own peer tampered', () => {
    test('endorses all that it likes, alone, and nothing of it gets into any state', async () => {
      for (const attempt of await attempts('one')) {
        const before = await states(attempt.subject);
        await cameToNothing(attempt, before, await forger.endorse([PEER], attempt.name, attempt.input));
      }
      expect(await states({ kind: 'asset', id: 'ast-one' })).toEqual(ENDORSING.map(() => ''));
    });

    test('finds nobody who endorses it too', async () => {
      for (const attempt of await attempts('two'))
        for (const honest of [MANAGER_PEER, 'peer0-PoliceMSP'])
          await expect(forger.endorse([honest, PEER], attempt.name, attempt.input)).rejects.toMatchObject(
            attempt.name.startsWith('rogue:')
              ? { detail: { reason: expect.stringContaining('Contract name is not known') } }
              : { code: 'ENDORSEMENTS_DIFFER' },
          );
    });

    test('cannot pass off another’s endorsement as one of its forgery', async () => {
      const [attempt] = await attempts('three');
      const { name, input, subject } = attempt as Attempt;
      const honest = { name: 'asset:register', input: population, peer: MANAGER_PEER };
      await cameToNothing(attempt as Attempt, await states(subject), await forger.glue(name, input, PEER, honest));
    });

    test('has loosened nothing: the owner’s word is still needed', async () => {
      const [, change] = await attempts('four');
      const { name, input, subject } = change as Attempt;
      await cameToNothing(change as Attempt, await states(subject), await forger.endorse([PEER], name, input));
    });
  });

  describe('with the manager’s peer tampered too', () => {
    const both = [MANAGER_PEER, PEER];

    beforeAll(() => replaceChaincode(network.dir, MANAGER_PEER, ROGUE), 60_000);

    test('changes no record of others: the block holds the attempt with code 10', async () => {
      const foreign = (await attempts('five')).filter(({ subject: { id } }) => id === asset || id === ofOthers);
      expect(foreign.map(({ what }) => what)).toEqual([
        'changes another’s asset',
        'forges an acknowledgement',
        'rewrites a share',
        'loosens the policy of another’s key',
      ]);
      for (const attempt of foreign)
        await cameToNothing(attempt, await states(attempt.subject), await forger.endorse(both, attempt.name, attempt.input));
    });

    test('changes one that was made without a key-level policy: those policies, and nothing else, stopped it', async () => {
      await replaceChaincode(network.dir, MANAGER_PEER, UNLOCKED);
      await replaceChaincode(network.dir, 'peer0-PoliceMSP', UNLOCKED);
      const steward = gateway.service.services.identities.byName('household-steward-1')?.identity as Identity;
      const made = await forger.endorse([MANAGER_PEER, 'peer0-PoliceMSP'], 'asset:register', population, steward);
      expect((await submit(made)).code).toBe(VALID);
      await replaceChaincode(network.dir, MANAGER_PEER, ROGUE);
      await replaceChaincode(network.dir, 'peer0-PoliceMSP', ownChaincode());
      const { id } = JSON.parse(made.result);

      const change = await forger.endorse(both, 'asset:revise', { id, changes: { title: { en: 'Nothing to see' } } });
      const entry = await countsForNothing(change, { kind: 'asset', id });
      expect(entry.clause).toBe('NOT_YOURS');
      const kept = await auditor(`/assets/${id}`);
      expect(kept.body).toMatchObject({ version: 1, title: population.title });
      expect((await onLedger('asset', id)).title).toEqual({ en: 'Nothing to see' });
    });

    test('makes new records that the network takes, and that count for nothing', async () => {
      const forged = (await attempts('six')).filter(({ subject: { id } }) => id.endsWith('-six'));
      expect(forged).toHaveLength(2);
      for (const { name, input, subject } of forged) {
        await countsForNothing(await forger.endorse(both, name, input), subject);
        expect((await auditor(`/${subject.kind}s/${subject.id}`)).status).toBe(404);
        expect((await auditor(`/evidence/${subject.kind}/${subject.id}`)).status).toBe(404);
      }
      // Under its own name it says no more than under another's.
      const own = { department: 'social-insurance', mspId: 'SocialMSP', name: cheat.name };
      const input = { record: forgedAsset('ast-seven'), as: own };
      const entry = await countsForNothing(await forger.endorse(both, 'rogue:write', input), { kind: 'asset', id: 'ast-seven' });
      expect(entry.clause).toBe('NOT_YOURS');
      const { body } = await auditor('/assets?publisher=household&limit=200');
      expect(body.items.map(({ id }: Json) => id)).not.toContain('ast-seven');
    });

    test('speaks for the other party of a record of its own, which the network takes, and which counts for nothing', async () => {
      const approval = await forger.endorse(both, 'grant:approve', { id: request });
      expect((await countsForNothing(approval, { kind: 'grant', id: request })).clause).toBe('NOT_YOURS');
      expect((await auditor(`/grants/${request}`)).body.status).toBe('requested');

      const input = { record: rewritten(await onLedger('share', between)), as: household };
      await countsForNothing(await forger.endorse(both, 'rogue:write', input), { kind: 'share', id: between });
      expect((await auditor(`/shares/${between}`)).body).toMatchObject({ version: 1, payloadHash: 'a'.repeat(64) });
    });

    test('has spoilt that record: what honest parties write over the forgery is passed over too, and named', async () => {
      const revoked = await gateway.call('household-steward-1', 'POST', `/grants/${request}/revoke`, { reason: { en: 'Never approved' } });
      expect(revoked).toMatchObject({ status: 409, body: { code: 'RECORD_SPOILT', given: `grant ${request}` } });
      const { body } = await auditor(`/audit/trail?grant=${request}&limit=1`);
      expect(body.items).toMatchObject([
        { action: 'grant:revoke', outcome: 'ignored', clause: 'VERSION', actor: { name: 'household-steward-1' } },
      ]);
      expect((await auditor(`/grants/${request}`)).body.status).toBe('requested');
    });

    test('loosens the policy of a record of its own, and that is named too', async () => {
      const loosened = await submit(await forger.endorse(both, 'rogue:loosen', { kind: 'grant', id: request, mspId: 'SocialMSP' }));
      expect(loosened.code).toBe(VALID);
      expect(await named(loosened)).toMatchObject([{ outcome: 'ignored', clause: 'POLICY', subject: { kind: 'grant', id: request } }]);
    });

    test('leaves what honest departments do as it was, and their proof', async () => {
      const made = await publish(gateway);
      const share = await gateway.call('household-steward-1', 'POST', '/shares', sent(await grant(gateway, made)));
      expect(share.status).toBe(201);
      const path = join(gateway.dir, 'honest.json');
      for (const id of [share.body.id, ofOthers]) {
        const file = await gateway.call('household-steward-1', 'GET', `/evidence/share/${id}`);
        writeFileSync(path, JSON.stringify(file.body));
        expect((await verifyFile(path, join(gateway.dir, 'trust'))).report.verdict).toBe('proven');
      }
      const { body } = await auditor('/audit/refusals?limit=200');
      const others = body.items.filter(({ actor }: Json) => actor.name !== cheat.name);
      expect(others.map(({ grant: about }: Json) => about)).toEqual([request]);
    });
  });

  test('with the only peer of the first department down, others sign what is new in its place, and it is still needed for its own', async () => {
    const { nodes } = await networkStatus(network.dir);
    process.kill(nodes.find(({ name }) => name === 'peer0-PoliceMSP')?.pid as number, 'SIGKILL');
    expect((await auditor(`/audit/trace/${asset}`)).status).toBe(200);
    const { body } = await auditor('/audit/queries?limit=1');
    expect(body.items[0]).toMatchObject({ action: 'trace', outcome: 'answered' });
    const held = await gateway.call('household-steward-1', 'POST', `/assets/${asset}/suspend`, {});
    expect(held).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  });
});
