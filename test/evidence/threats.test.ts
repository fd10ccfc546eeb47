import { recordKey } from '@drl/chaincode/model/keys';
import * as asset from '@drl/chaincode/model/rules/asset';
import * as department from '@drl/chaincode/model/rules/department';
import * as grant from '@drl/chaincode/model/rules/grant';
import { exportEvidence } from '@drl/gateway/evidence/export';
import type { Subject } from '@drl/gateway/evidence/format';
import { limits } from '@drl/gateway/evidence/render';
import type { Report } from '@drl/gateway/evidence/report';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import type { Attestation } from '@drl/gateway/ledger/ledger';
import { dataHash } from '@drl/network/block/header';
import { readBlock } from '@drl/network/block/read';
import type { Version } from '@drl/network/block/rwset';
import { Story } from './story';
import { MANAGER, type TransactionSpec, World } from './world';

/**
 * The threat table of FORMAT.md, line by line: what someone could try who runs the gateway and holds the manager's peer or one department's, and in the
 * last lines both. Each forgery is made with real keys and real signatures; where two organisations would have to lie to get it in, they do.
 */
async function judge(world: World, subject: Subject, source = world.source()): Promise<Report> {
  return verifyEvidence((await exportEvidence(subject, source)) as Buffer, world.trust);
}

// biome-ignore lint/suspicious/noExplicitAny: a file to be bent at will.
type Editable = any;

async function edited(world: World, subject: Subject, edit: (bundle: Editable) => void): Promise<Report> {
  const bundle = JSON.parse(((await exportEvidence(subject, world.source())) as Buffer).toString());
  edit(bundle);
  return verifyEvidence(Buffer.from(JSON.stringify(bundle)), world.trust);
}

const fault = ({ verdict, fault: found }: Report) => (found ? `${found.step} ${found.code}` : verdict);
const revised = (story: Story) =>
  asset.revise(story.act(story.provider), story.asset, { id: story.asset.id, changes: { keywords: ['x'] } });
const share = (story: Story): Subject => ({ kind: 'share', id: story.share.id });

describe('a record that is not the parties’', () => {
  /** A share in the provider’s name, made by whoever signs and endorses it. */
  function forged(story: Story, as: Parameters<World['act']>[0], endorsers: string[]) {
    const { world } = story;
    const made = story.commitShare('ee'.repeat(32), { ...as, caller: story.provider.caller });
    const sent = world.transaction({
      name: 'share:commit',
      as,
      records: [made],
      reads: story.stoodOn,
      policies: [story.sharePolicy(made)],
      endorsers: endorsers.map((mspId) => world.peer(mspId)),
    });
    world.commit(sent);
    return { kind: 'share', id: made.id } as const;
  }

  it('endorsed by nobody, by the manager alone, by a department alone: the chaincode’s policy is not met', async () => {
    for (const endorsers of [[], [MANAGER], ['PoliceMSP'], ['PoliceMSP', 'SocialMSP'], [MANAGER, 'AuditMSP']]) {
      const story = Story.walk();
      expect(fault(await judge(story.world, forged(story, story.provider, endorsers)))).toBe('policy ENDORSEMENT_POLICY');
    }
  });

  it('endorsed by the manager’s peer and a department’s, both tampered: who signed it does not speak for the provider', async () => {
    const story = Story.walk();
    expect(fault(await judge(story.world, forged(story, story.consumer, [MANAGER, 'SocialMSP'])))).toBe('author AUTHOR');
  });

  it('signed with a certificate that another organisation’s authority gave the provider’s name', async () => {
    const story = Story.walk();
    const impostor = story.world.user('household', ['steward'], 'SocialMSP');
    expect(fault(await judge(story.world, forged(story, impostor, [MANAGER, 'SocialMSP'])))).toBe('author AUTHOR');
  });

  it('made by a manager that its own authority calls so', async () => {
    const story = Story.walk();
    const { world } = story;
    const upstart = world.user('household', ['manager']);
    const admitted = department.admit(
      { ...story.act(upstart), settings: { ...story.settings, managerMspId: 'PoliceMSP' } },
      undefined,
      false,
      {
        id: 'puppet',
        mspId: 'PoliceMSP',
        name: { en: 'x' },
      },
    );
    world.commit(
      world.transaction({
        name: 'department:admit',
        as: upstart,
        records: [admitted],
        endorsers: [world.peer(MANAGER), world.peer('PoliceMSP')],
      }),
    );
    expect(fault(await judge(world, { kind: 'department', id: 'puppet' }))).toBe('author AUTHOR');
    // Without the reads that would show it up, nothing says who the manager is.
    const again = department.admit(
      { ...story.act(upstart), settings: { ...story.settings, managerMspId: 'PoliceMSP' } },
      undefined,
      false,
      {
        id: 'puppet2',
        mspId: 'PoliceMSP',
        name: { en: 'x' },
      },
    );
    world.commit(
      world.transaction({
        name: 'department:admit',
        as: upstart,
        records: [again],
        withoutReads: [
          ['settings', 'settings'],
          ['department', 'household'],
        ],
        endorsers: [world.peer(MANAGER), world.peer('PoliceMSP')],
      }),
    );
    expect(fault(await judge(world, { kind: 'department', id: 'puppet2' }))).toBe('author AUTHOR');
  });

  it('a share that stood on no grant, or on another department’s', async () => {
    const story = Story.walk();
    const made = story.commitShare('ee'.repeat(32));
    story.world.commit(story.world.transaction({ name: 'share:commit', as: story.provider, records: [made] }));
    expect(fault(await judge(story.world, { kind: 'share', id: made.id }))).toBe('author AUTHOR');
  });

  it('the consumer approves its own request', async () => {
    const story = new Story();
    story.found();
    story.publish();
    story.request();
    const { world, consumer } = story;
    const next = { ...grant.revoke(story.act(story.provider), story.grant, { id: story.grant.id, reason: { en: 'x' } }) };
    const stamp = { ...next.updated, department: consumer.caller.department, mspId: consumer.mspId, name: consumer.caller.name };
    const own = world.act(consumer);
    const made = { ...next, updated: { ...stamp, transactionId: own.transactionId, at: own.at } };
    world.commit(world.transaction({ name: 'grant:revoke', as: consumer, records: [made] }));
    expect(fault(await judge(world, { kind: 'grant', id: story.grant.id }))).toBe('author AUTHOR');
  });
});

describe('a policy that is not the one in force', () => {
  it('a change of another’s record by the manager and a third department, as the chaincode’s policy alone would allow', async () => {
    const story = Story.walk();
    const { world } = story;
    const next = revised(story);
    world.commit(
      world.transaction({
        name: 'asset:revise',
        as: story.provider,
        records: [next],
        endorsers: [world.peer(MANAGER), world.peer('SocialMSP')],
      }),
    );
    expect(fault(await judge(world, { kind: 'asset', id: story.asset.id }))).toBe('policy ENDORSEMENT_POLICY');
  });

  it('a key’s policy loosened by those whom it does not ask', async () => {
    const story = Story.walk();
    const { world } = story;
    const next = revised(story);
    const loose = [['asset', next.id, "OR('SocialMSP.peer')"]] as const;
    world.commit(
      world.transaction({
        name: 'asset:revise',
        as: story.provider,
        records: [next],
        policies: loose,
        endorsers: [world.peer('SocialMSP')],
      }),
    );
    expect(fault(await judge(world, { kind: 'asset', id: story.asset.id }))).toBe('policy ENDORSEMENT_POLICY');
  });

  it('the version that set the key’s policy left out, or the policy’s transaction passed over', async () => {
    const story = Story.walk();
    const last = await edited(story.world, share(story), (bundle) => bundle.records[0].versions.shift());
    expect(last.verdict).toBe('not-proven');
    // A version written over one that is not shown: what lay between could have set another policy.
    const { world } = story;
    const hidden = revised(story);
    world.commit(
      world.transaction({
        name: 'asset:revise',
        as: story.provider,
        records: [hidden],
        policies: [['asset', hidden.id, `AND('${MANAGER}.peer', 'SocialMSP.peer')`]],
      }),
    );
    const shown = revised(story);
    world.commit(world.transaction({ name: 'asset:revise', as: story.provider, records: [shown] }));
    expect(fault(await judge(world, { kind: 'asset', id: story.asset.id }))).toMatch(/^content |^complete /);
  });

  it('a version written over one that was no longer the last', async () => {
    const story = Story.walk();
    const { world } = story;
    const first = world.placeOf(story.asset.created.transactionId);
    const next = revised(story);
    const key = recordKey('asset', next.id);
    const sets: TransactionSpec['sets'] = (usual) =>
      usual.map((set) => ({ ...set, reads: (set.reads ?? []).map((read) => (read.key === key ? { key, version: first } : read)) }));
    world.commit(world.transaction({ name: 'asset:revise', as: story.provider, records: [next], sets }));
    expect(fault(await judge(world, { kind: 'asset', id: next.id }))).toMatch(/^(complete MISSING|content CONTENT)$/);
    const place = world.placeOf(story.asset.updated.transactionId) as Version;
    const added = await edited(world, { kind: 'asset', id: next.id }, (bundle) => {
      bundle.records[0].versions.splice(1, 0, { record: story.asset, transaction: story.asset.updated.transactionId });
      const whole = readBlock(world.blocks[Number(place.block)] as Buffer);
      const sample = bundle.transactions.at(-1);
      bundle.transactions.push({
        ...sample,
        id: story.asset.updated.transactionId,
        block: Number(place.block),
        index: Number(place.tx),
        at: story.asset.updated.at,
      });
      bundle.transactions.sort((a: { block: number }, b: { block: number }) => a.block - b.block);
      bundle.blocks.push({
        number: Number(place.block),
        previousHash: whole.previousHash.toString('hex'),
        dataHash: whole.dataHash.toString('hex'),
        envelopes: whole.envelopes.map((e) => e.toString('base64')),
        orderer: bundle.blocks.at(-1).orderer,
      });
      bundle.blocks.sort((a: { number: number }, b: { number: number }) => a.number - b.number);
    });
    expect(fault(added)).toBe('content VERSIONS');
  });

  it('an older definition of the chaincode shown as in force: the ledger found the read out of date', async () => {
    const world = new World();
    world.define({ policy: "OR('BureauMSP.peer', 'PoliceMSP.peer')" });
    const story = new Story(world);
    world.define = () => undefined;
    story.found();
    story.publish();
    const stale = revised(story);
    const sent = world.transaction({ name: 'asset:revise', as: story.provider, records: [stale] });
    delete (world as { define?: unknown }).define;
    world.define({ sequence: 2, fields: ['Sequence', 'ValidationInfo'] });
    world.commit(sent);
    const mvcc = (id: string): Attestation[] =>
      [MANAGER, 'AuditMSP'].map((mspId) => world.attest(id, world.peer(mspId), { code: id === sent.id ? 11 : 0 }));
    expect(fault(await judge(world, { kind: 'asset', id: story.asset.id }, world.source(mvcc)))).toBe('validity NOT_VALID');
    // The newest that the transaction itself does not name is nowhere to be put.
    expect(
      fault(
        await edited(world, { kind: 'asset', id: story.asset.id }, (bundle) => {
          bundle.transactions = bundle.transactions.filter((t: { block: number }) => t.block !== 1);
          bundle.blocks = bundle.blocks.filter((b: { number: number }) => b.number !== 1);
        }),
      ),
    ).toBe('complete MISSING');
  });

  it('a definition committed without the organisations that the channel asks', async () => {
    const world = new World();
    world.define({ endorsers: ['BureauMSP', 'PoliceMSP'] });
    const story = new Story(world);
    world.define = () => undefined;
    story.found();
    expect(fault(await judge(world, { kind: 'department', id: 'household' }))).toBe('policy ENDORSEMENT_POLICY');
  });
});

describe('signers', () => {
  it('revoked in the configuration then in force', async () => {
    let story: Story | undefined;
    const world = new World({
      crls: (w) => {
        story = new Story(w);
        return { PoliceMSP: [Buffer.from(w.organisation('PoliceMSP').revoke(story.provider))] };
      },
    });
    const walked = story as unknown as Story;
    walked.found();
    walked.publish();
    expect(fault(await judge(world, { kind: 'asset', id: walked.asset.id }))).toBe('signatures IDENTITY');
  });

  it('with a certificate out of date at the transaction’s time', async () => {
    const story = new Story();
    story.found();
    const from = Date.parse('2025-01-01T00:00:00Z');
    const late = new Story(story.world);
    Object.assign(late, {
      settings: story.settings,
      provider: story.world.user('household', ['steward'], 'PoliceMSP', { from, to: from + 1000 }),
    });
    late.publish();
    expect(fault(await judge(story.world, { kind: 'asset', id: late.asset.id }))).toBe('signatures IDENTITY');
  });

  it('endorsers that are clients, not peers', async () => {
    const story = new Story();
    story.found();
    const { world } = story;
    const made = department.admit(story.act(story.manager), undefined, false, { id: 'tax', mspId: 'PoliceMSP', name: { en: 'tax' } });
    world.commit(
      world.transaction({ name: 'department:admit', as: story.manager, records: [made], endorsers: [story.manager, story.provider] }),
    );
    expect(fault(await judge(world, { kind: 'department', id: 'tax' }))).toBe('policy ENDORSEMENT_POLICY');
  });
});

describe('attestations', () => {
  const story = Story.walk();
  const { world } = story;
  const by = (make: (id: string) => Attestation[]) => judge(world, share(story), world.source(make));
  const honest = (id: string) => world.attest(id, world.peer('AuditMSP'));

  it('of one organisation, twice', async () => {
    expect(fault(await by((id) => [world.attest(id, world.peer(MANAGER)), world.attest(id, world.peer(MANAGER))]))).toBe(
      'validity SURPLUS',
    );
    expect(fault(await by((id) => [world.attest(id, world.peer(MANAGER))]))).toBe('format FORMAT');
  });

  it('of a client, whose key the gateway holds, or of an orderer', async () => {
    expect(fault(await by((id) => [honest(id), world.attest(id, story.provider)]))).toBe('validity IDENTITY');
    expect(fault(await by((id) => [honest(id), world.attest(id, world.orderer)]))).toBe('validity IDENTITY');
  });

  it('for another transaction, channel, question or chaincode, or a refusal', async () => {
    const other = world.placeOf(story.asset.updated.transactionId) ? story.asset.updated.transactionId : '';
    const lies = [
      { askedFor: other },
      { askedFor: other, envelope: world.envelopes.get(other) as Buffer },
      { envelope: world.envelopes.get(other) as Buffer },
      { channel: 'another' },
      { args: ['GetTransactionByID', 'data-rights'] },
      { chaincode: 'drl' },
      { status: 500 },
    ];
    for (const lie of lies)
      expect(fault(await by((id) => [honest(id), world.attest(id, world.peer(MANAGER), lie)]))).toBe('validity ATTESTATION');
  });

  it('signed with another key than the peer’s', async () => {
    const thief = { ...world.peer(MANAGER), key: story.provider.key };
    expect(fault(await by((id) => [honest(id), world.attest(id, thief)]))).toBe('validity ATTESTATION');
  });

  it('that say the transaction is void', async () => {
    expect(fault(await by((id) => [world.attest(id, world.peer(MANAGER)), world.attest(id, world.peer('AuditMSP'), { code: 10 })]))).toBe(
      'validity NOT_VALID',
    );
  });
});

describe('the ledger itself', () => {
  it('a first block of the adversary’s making: other roots, or the right roots under other rules', async () => {
    const honest = Story.walk();
    const other = Story.walk();
    const foreign = await exportEvidence(share(other), other.world.source());
    expect(fault(await verifyEvidence(foreign as Buffer, honest.world.trust))).toBe('trust UNTRUSTED');
    // One organisation's root passed off as the manager's.
    const world = new World();
    const twisted = new Map(world.trust).set(MANAGER, world.organisation('PoliceMSP').root);
    const story = Story.walk(world);
    expect(fault(await verifyEvidence((await exportEvidence(share(story), world.source())) as Buffer, twisted))).toBe('trust UNTRUSTED');
    // Everything is the adversary's but for the second organisation's word, which it can get for the true first block only.
    const truth = honest.world;
    const lie = new World({ applicationPolicies: { LifecycleEndorsement: "OR('PoliceMSP.peer')" } });
    const made = Story.walk(lie);
    const genesis = [...lie.envelopes.keys()][0] as string;
    const trueGenesis = [...truth.envelopes.entries()][0] as [string, Buffer];
    const source = lie.source((id) => [
      lie.attest(id, lie.peer('PoliceMSP')),
      lie.attest(id, lie.peer('AuditMSP'), id === genesis ? { askedFor: trueGenesis[0], envelope: trueGenesis[1] } : {}),
    ]);
    expect(fault(await judge(lie, share(made), source))).toBe('validity ATTESTATION');
  });

  it('an organisation whose root is not given', async () => {
    const story = Story.walk();
    const file = (await exportEvidence(share(story), story.world.source())) as Buffer;
    for (const mspId of story.world.trust.keys()) {
      const fewer = new Map(story.world.trust);
      fewer.delete(mspId);
      expect(fault(await verifyEvidence(file, fewer))).toBe('trust UNTRUSTED');
    }
  });

  it('a block that the ordering service did not sign, or signed for another number', async () => {
    const story = Story.walk();
    const { world } = story;
    const place = world.placeOf(story.share.created.transactionId)?.block as bigint;
    const genuine = world.blocks[Number(place)] as Buffer;
    for (const signer of [story.provider, world.peer(MANAGER), world.organisation('PoliceMSP').issue('orderer0', 'orderer')]) {
      world.blocks[Number(place)] = world.block(place, envelopesOf(genuine), signer);
      expect(fault(await judge(world, share(story)))).toBe('order BLOCK_SIGNATURE');
    }
    world.blocks[Number(place)] = genuine;
    expect(
      fault(
        await edited(world, { kind: 'asset', id: story.asset.id }, (bundle) => {
          for (const part of [...bundle.blocks, ...bundle.transactions]) {
            const key = 'number' in part ? 'number' : 'block';
            if (part[key] >= 7) part[key] += 100;
          }
        }),
      ),
    ).toMatch(/^(order BLOCK_SIGNATURE|data|complete)/);
  });

  it('an older configuration, or no configuration at all, said to be in force', async () => {
    const story = Story.walk();
    const { world } = story;
    const number = world.placeOf(story.share.updated.transactionId)?.block as bigint;
    world.blocks[Number(number)] = world.block(number, envelopesOf(world.blocks[Number(number)] as Buffer), world.orderer, 7n);
    expect(fault(await judge(world, share(story)))).toMatch(/^trust CONFIG|^complete/);
  });

  it('another channel of the same organisations', async () => {
    const story = Story.walk();
    const { world } = story;
    const made = story.commitShare('ee'.repeat(32));
    world.commit(
      world.transaction({ name: 'share:commit', as: story.provider, records: [made], reads: story.stoodOn, channel: 'another' }),
    );
    expect(fault(await judge(world, { kind: 'share', id: made.id }))).toMatch(/^data (CHANNEL|PLACE)/);
  });

  it('a transaction of one record shown as another’s', async () => {
    const story = Story.walk();
    const wrong = await edited(story.world, share(story), (bundle) => {
      const [first, second] = bundle.records[0].versions;
      [first.transaction, second.transaction] = [second.transaction, first.transaction];
    });
    expect(fault(wrong)).toBe('content CONTENT');
  });

  it('envelopes cut elsewhere, though their concatenation is the same', async () => {
    const story = Story.walk();
    const cut = await edited(story.world, share(story), (bundle) => {
      const block = bundle.blocks.find((b: { envelopes: string[] }) => b.envelopes.length === 2);
      const all = Buffer.concat(block.envelopes.map((e: string) => Buffer.from(e, 'base64')));
      expect(dataHash([all]).toString('hex')).toBe(block.dataHash);
      block.envelopes = [all.subarray(0, all.length - 10), all.subarray(all.length - 10)].map((part) => part.toString('base64'));
    });
    expect(fault(cut)).toMatch(/^data (ENVELOPE_BYTES|MALFORMED)/);
    const joined = await edited(story.world, share(story), (bundle) => {
      const block = bundle.blocks.find((b: { envelopes: string[] }) => b.envelopes.length === 2);
      block.envelopes = [Buffer.concat(block.envelopes.map((e: string) => Buffer.from(e, 'base64'))).toString('base64')];
      for (const t of bundle.transactions) if (t.block === block.number) t.index = 0;
    });
    expect(fault(joined)).toBe('data ENVELOPE_BYTES');
  });
});

describe('what is not proven, and said so', () => {
  it('that a version is the last: an older bundle stays true of what it shows', async () => {
    const story = Story.walk();
    const { world } = story;
    const older = world.source();
    const source = { ...older, place: async () => world.placeOf(story.share.created.transactionId) };
    const report = await judge(world, share(story), source);
    expect(report.versions.filter(({ kind }) => kind === 'share')).toHaveLength(1);
    expect(fault(report)).toBe('proven');
    expect(limits.map(({ en }) => en).join()).toMatch(/no later version/);
  });

  it('that a transaction was ordered once: of a copy ordered again the later block can be shown, for the last version alone', async () => {
    const story = Story.walk();
    const { world } = story;
    const again = world.envelopes.get(story.share.updated.transactionId) as Buffer;
    const number = BigInt(world.blocks.length);
    world.blocks.push(world.block(number, [again]));
    const source = { ...world.source(), place: async () => ({ block: number, tx: 0n }) };
    expect(fault(await judge(world, share(story), source))).toBe('proven');
    expect(limits.map(({ en }) => en).join()).toMatch(/ordered only once/);
    // Of an earlier version the next one's read says which copy counted.
    const first = world.envelopes.get(story.share.created.transactionId) as Buffer;
    world.blocks.push(world.block(number + 1n, [first]));
    expect(
      fault(
        await edited(world, share(story), (bundle) => {
          const shown = bundle.transactions.find((t: { id: string }) => t.id === story.share.created.transactionId);
          const copy = world.blocks[Number(number) + 1] as Buffer;
          Object.assign(shown, { block: Number(number) + 1, index: 0 });
          bundle.transactions.sort((a: { block: number }, b: { block: number }) => a.block - b.block);
          bundle.blocks.push({
            ...bundle.blocks.at(-1),
            number: Number(number) + 1,
            envelopes: envelopesOf(copy).map((e) => e.toString('base64')),
          });
        }),
      ),
    ).not.toBe('proven');
  });
});

function envelopesOf(block: Buffer): Buffer[] {
  return [...readBlock(block).envelopes];
}
