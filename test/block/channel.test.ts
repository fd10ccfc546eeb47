import { randomBytes } from 'node:crypto';
import { signatureHeader } from '@drl/network/block/build';
import { Channel } from '@drl/network/block/channel';
import {
  type ConfigGroup,
  type ConfigUpdate,
  configUpdateBytes,
  configUpdateEnvelopeBytes,
  groupBytes,
  readConfigEnvelope,
  readGroup,
} from '@drl/network/block/config';
import { applyUpdate, sameGroup } from '@drl/network/block/configupdate';
import { EvidenceError } from '@drl/network/block/errors';
import { buildGenesis, configPolicy, type GenesisInput } from '@drl/network/block/genesis';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { signSync } from '@drl/network/block/sign';
import { checkAnchored } from '@drl/network/block/trust';
import { verifyChain } from '@drl/network/block/verify';
import { bytes, item, message, varint } from '@drl/network/block/write';
import { common } from '@hyperledger/fabric-protos';
import { authority, type Holder, issue } from './pki';
import { blocks, trust } from './vectors';

const cas = { O: authority('OMSP'), A: authority('AMSP'), B: authority('BMSP'), C: authority('CMSP') };
const admin = {
  A: issue(cas.A, { units: ['admin'] }),
  B: issue(cas.B, { units: ['admin'] }),
  C: issue(cas.C, { units: ['admin'] }),
  O: issue(cas.O, { units: ['admin'] }),
};
const organisation = (ca: { mspId: string; certificate: string }) => ({ mspId: ca.mspId, rootCerts: [ca.certificate] });

const input: GenesisInput = {
  channelId: 'ch',
  timestamp: new Date('2026-03-01T00:00:00Z'),
  nonce: Buffer.alloc(24, 7),
  orderers: [{ ...organisation(cas.O), ordererEndpoints: ['localhost:7050'] }],
  applications: [organisation(cas.A), organisation(cas.B), organisation(cas.C)],
  batch: { maxMessageCount: 10, absoluteMaxBytes: 1_000_000, preferredMaxBytes: 100_000, timeout: '1s' },
  consensus: { type: 'etcdraft' },
  applicationPolicies: { Chaincode: "AND('AMSP.peer','BMSP.peer')" },
};
const genesis = buildGenesis(input);
const config = readConfigEnvelope(readEnvelope(readBlock(genesis).envelopes[0] as Buffer).data).config;
const channel = new Channel('ch', config);

describe('a genesis block', () => {
  it('is what fabric-protos writes, and says what configtxgen says', () => {
    const block = common.Block.deserializeBinary(genesis);
    expect(Buffer.from(block.serializeBinary()).equals(genesis)).toBe(true);
    const envelope = common.Envelope.deserializeBinary((block.getData() as common.BlockData).getDataList_asU8()[0] as Uint8Array);
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const parsed = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8());
    expect(Buffer.from(parsed.serializeBinary()).equals(Buffer.from(payload.getData_asU8()))).toBe(true);
    // The real one, of another channel: the same elements with the same policies over them.
    const real = readConfigEnvelope(readEnvelope(readBlock(blocks[0] as Buffer).envelopes[0] as Buffer).data).config.channelGroup;
    const paths = (group: ConfigGroup, at = ''): string[] => [
      ...[...group.values].map(([name, v]) => `${at}/${name} ${v.modPolicy}`),
      ...[...group.policies].map(([name, p]) => `${at}/${name} ${p.policy?.type} ${p.modPolicy}`),
      ...[...group.groups].flatMap(([name, child]) => paths(child, `${at}/${/^(Orderer|Application)$/.test(name) ? name : 'ORG'}`)),
    ];
    expect(new Set(paths(config.channelGroup))).toEqual(new Set([...paths(real), '/Application/Chaincode 1 Admins']));
  });

  it('verifies under its own roots and no others', async () => {
    const roots = new Map(Object.values(cas).map((ca) => [ca.mspId, ca.certificate]));
    expect(await verifyChain([genesis], roots)).toMatchObject({ ok: true, channel: 'ch', blocks: 1 });
    expect((await verifyChain([genesis], trust)).failure?.code).toBe('UNTRUSTED');
    expect(() => checkAnchored(channel, roots)).not.toThrow();
  });

  it('reads back in any order of its maps', () => {
    const shuffled = message(
      ...[...config.channelGroup.groups].reverse().map(([name, g]) => item(2, message(bytes(1, name), item(2, groupBytes(g))))),
      ...[...config.channelGroup.values]
        .reverse()
        .map(([name, v]) =>
          item(3, message(item(2, message(varint(1, v.version), bytes(3, v.modPolicy), bytes(2, v.value))), bytes(1, name))),
        ),
    );
    const read = readGroup(shuffled);
    expect(sameGroup(read, { ...config.channelGroup, modPolicy: '', policies: new Map() })).toBe(true);
    expect(sameGroup(read, config.channelGroup)).toBe(false);
  });
});

describe('a channel’s policies', () => {
  const member = (holder: Holder) => channel.members.identify(holder.identity);
  const [a, b, c, o] = [admin.A, admin.B, admin.C, admin.O].map(member);
  const peers = [issue(cas.A), issue(cas.B)].map(member);

  it.each([
    ['/Channel/Application/Admins', [a, b], true],
    ['/Channel/Application/Admins', [a], false],
    ['/Channel/Application/Writers', [c], true],
    ['/Channel/Admins', [a, b], false],
    ['/Channel/Admins', [a, b, o], true],
    ['/Channel/Orderer/BlockValidation', [o], true],
    ['/Channel/Orderer/BlockValidation', [a, b, c], false],
    ['/Channel/Application/LifecycleEndorsement', peers, true],
    ['/Channel/Application/LifecycleEndorsement', [a, b, c], false],
    ['/Channel/Application/AMSP/Endorsement', peers, true],
    ['/Channel/Application/Chaincode', peers, true],
    ['/Channel/Application/Chaincode', [peers[0]], false],
    ['/Channel/Application/Nothing', [a, b, c, o], false],
    ['/Channel', [a], false],
    ['Channel/Application/Writers', [a], false],
    ['/Other/Writers', [a], false],
  ] as const)('%s by %#: %s', (path, signers, met) => {
    expect(channel.satisfies(path, signers as never)).toBe(met);
  });

  it('refuses a configuration of another kind', () => {
    const without = (name: string): ConfigGroup => ({
      ...config.channelGroup,
      groups: new Map([...config.channelGroup.groups].filter(([n]) => n !== name)),
    });
    const open = (channelGroup: ConfigGroup) => () => new Channel('ch', { sequence: 0n, channelGroup });
    expect(open(without('Orderer'))).toThrow(EvidenceError);
    expect(open(without('Application'))).toThrow(EvidenceError);
    expect(open({ ...config.channelGroup, values: new Map() })).toThrow(/hashed/);
    const bft = buildGenesis({ ...input, consensus: { type: 'BFT' } });
    const group = readConfigEnvelope(readEnvelope(readBlock(bft).envelopes[0] as Buffer).data).config.channelGroup;
    expect(open(group)).toThrow(/BFT/);
    const odd = { ...configPolicy("OR('AMSP.member')"), policy: { type: 7, value: Buffer.alloc(0) } };
    expect(open({ ...config.channelGroup, policies: new Map([['X', odd]]) })).toThrow(/X/);
  });
});

describe('a config update', () => {
  const application = config.channelGroup.groups.get('Application') as ConfigGroup;
  const empty = { modPolicy: '', values: new Map(), policies: new Map(), groups: new Map() };
  const root = (child: ConfigGroup): ConfigGroup => ({ ...empty, version: 0n, groups: new Map([['Application', child]]) });
  /** Adds a value to the application group, whose own version goes up with it. */
  const adding: ConfigUpdate = {
    channelId: 'ch',
    readSet: root({ ...empty, version: 0n }),
    writeSet: root({
      version: 1n,
      modPolicy: 'Admins',
      groups: new Map([...application.groups].map(([name]) => [name, { ...empty, version: 0n }])),
      policies: new Map([...application.policies].map(([name]) => [name, { version: 0n, modPolicy: '', policy: undefined }])),
      values: new Map([
        ['Capabilities', { version: 0n, modPolicy: '', value: Buffer.alloc(0) }],
        ['ACLs', { version: 0n, modPolicy: 'Admins', value: Buffer.from('acl') }],
      ]),
    }),
  };
  // Elements that are only mentioned, at their version, must be read too: else they would count as changed.
  const complete: ConfigUpdate = {
    ...adding,
    readSet: root({
      ...(adding.writeSet.groups.get('Application') as ConfigGroup),
      version: 0n,
      values: new Map([['Capabilities', { version: 0n, modPolicy: '', value: Buffer.alloc(0) }]]),
    }),
  };

  const signed = (
    update: ConfigUpdate,
    by: readonly Holder[],
    over: (header: Buffer, content: Buffer) => Buffer = (h, u) => Buffer.concat([h, u]),
  ): Buffer => {
    const content = configUpdateBytes(update);
    const signatures = by.map((holder) => {
      const header = signatureHeader(holder.identity, randomBytes(24));
      return { signatureHeader: header, signature: signSync(holder.key, over(header, content)) };
    });
    const channelHeader = message(varint(1, 2), bytes(4, 'ch'));
    return message(
      bytes(1, message(item(1, bytes(1, channelHeader)), bytes(2, configUpdateEnvelopeBytes({ update: content, signatures })))),
    );
  };
  const refusal = (envelope: Buffer): string => {
    try {
      applyUpdate(channel, envelope);
    } catch (error) {
      if (error instanceof EvidenceError && error.code === 'CONFIG_UPDATE') return error.detail;
      throw error;
    }
    return 'taken';
  };

  it('is taken with the signatures that the policy of what it changes asks for', () => {
    const { group, signatures } = applyUpdate(channel, signed(complete, [admin.A, admin.B]));
    expect(signatures).toBe(2);
    expect(group.groups.get('Application')?.values.get('ACLs')?.value.toString()).toBe('acl');
    expect(
      group.groups
        .get('Application')
        ?.values.get('Capabilities')
        ?.value.equals(application.values.get('Capabilities')?.value as Buffer),
    ).toBe(true);
    expect(sameGroup(group.groups.get('Orderer') as ConfigGroup, config.channelGroup.groups.get('Orderer') as ConfigGroup)).toBe(true);
    expect(sameGroup(group, config.channelGroup)).toBe(false);
  });

  it.each([
    ['by one where a majority is asked', complete, [admin.A]],
    ['by the same one twice', complete, [admin.A, admin.A]],
    ['by those who are no administrators', complete, [issue(cas.A), issue(cas.B), issue(cas.C, { units: ['client'] })]],
    ['by administrators of another part', complete, [admin.O, admin.A]],
    ['by strangers', complete, [issue({ ...cas.A, key: cas.B.key }, { units: ['admin'] }), admin.B]],
    ['for another channel', { ...complete, channelId: 'other' }, [admin.A, admin.B]],
    ['that changes nothing', { ...complete, writeSet: complete.readSet }, [admin.A, admin.B]],
    ['on a version that has passed', { ...complete, readSet: root({ ...empty, version: 3n }) }, [admin.A, admin.B]],
    [
      'of something that is not there',
      { ...complete, readSet: root({ ...empty, version: 0n, groups: new Map([['XMSP', { ...empty, version: 0n }]]) }) },
      [admin.A, admin.B],
    ],
    [
      'that leaps a version',
      { ...complete, writeSet: root({ ...(complete.writeSet.groups.get('Application') as ConfigGroup), version: 2n }) },
      [admin.A, admin.B],
    ],
    [
      'without a mod_policy',
      { ...complete, writeSet: root({ ...(complete.writeSet.groups.get('Application') as ConfigGroup), modPolicy: '' }) },
      [admin.A, admin.B],
    ],
  ] as const)('is refused %s', (_, update, by) => {
    expect(refusal(signed(update as ConfigUpdate, by))).not.toBe('taken');
  });

  it('is refused with signatures over something else, under a name that could be another’s path, and in another envelope', () => {
    expect(refusal(signed(complete, [admin.A, admin.B], (header) => header))).toMatch(/not satisfied/);
    const slash = { ...complete, writeSet: { ...complete.writeSet, groups: new Map([['Application/AMSP', { ...empty, version: 0n }]]) } };
    expect(refusal(signed(slash, [admin.A, admin.B]))).toMatch(/named/);
    const asTransaction = message(bytes(1, message(item(1, bytes(1, message(varint(1, 3), bytes(4, 'ch')))))));
    expect(refusal(asTransaction)).toMatch(/no config update/);
  });
});
