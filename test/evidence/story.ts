import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Settings } from '@drl/chaincode/model/records/department';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import * as asset from '@drl/chaincode/model/rules/asset';
import * as department from '@drl/chaincode/model/rules/department';
import * as grant from '@drl/chaincode/model/rules/grant';
import * as share from '@drl/chaincode/model/rules/share';
import { type Certified, departments, MANAGER, World } from './world';

/** The first walk: a bureau sets the rules, two departments are admitted, one registers and publishes, the other asks, is granted, and gets a share. */
export class Story {
  readonly manager: Certified;
  readonly provider: Certified;
  readonly consumer: Certified;
  settings!: Settings;
  asset!: Asset;
  grant!: Grant;
  share!: Share;

  constructor(readonly world = new World()) {
    this.manager = world.user('data-bureau', ['manager']);
    this.provider = world.user('household', ['steward']);
    this.consumer = world.user('social-insurance', ['consumer']);
  }

  static walk(world?: World): Story {
    const story = new Story(world);
    story.found();
    story.publish();
    story.request();
    story.deliver();
    return story;
  }

  act(as: Certified) {
    return { ...this.world.act(as), settings: this.settings };
  }

  found(): void {
    const { world, manager } = this;
    world.define();
    this.settings = department.set(world.act(manager), undefined, {
      timeZone: 'Asia/Shanghai',
      decisionWorkingDays: 10,
      acknowledgeWorkingDays: 5,
      feedbackWorkingDays: 10,
      disputeWorkingDays: 10,
      maxClockSkewSeconds: 60,
      holidays: [],
      makeUpDays: [],
      managerMspId: MANAGER,
      departmentMspIds: ['PoliceMSP', 'SocialMSP'],
      auditorMspIds: ['AuditMSP'],
    });
    world.commit(
      world.transaction({
        name: 'settings:set',
        as: manager,
        records: [this.settings],
        policies: [['settings', 'settings', "AND('BureauMSP.peer', OR('PoliceMSP.peer', 'SocialMSP.peer'))"]],
      }),
    );
    for (const [id, mspId] of Object.entries(departments)) {
      const admitted = department.admit(this.act(manager), undefined, false, { id, mspId, name: { en: id } });
      world.commit(world.transaction({ name: 'department:admit', as: manager, records: [admitted] }));
    }
  }

  publish(): void {
    const { world, provider } = this;
    const registered = asset.register(this.act(provider), {
      title: { zh: '户籍人口', en: 'Registered population' },
      theme: 'population',
      shareType: 'conditional',
      shareCondition: { en: 'for identity checks' },
      shareMethod: 'file',
      elements: [{ name: 'name', type: 'string' }],
    });
    const policies = [['asset', registered.id, `AND('${MANAGER}.peer', '${provider.mspId}.peer')`]] as const;
    world.commit(world.transaction({ name: 'asset:register', as: provider, records: [registered], policies }));
    this.asset = asset.publish(this.act(provider), registered, { id: registered.id });
    world.commit(world.transaction({ name: 'asset:publish', as: provider, records: [this.asset] }));
  }

  request(): void {
    const { world, provider, consumer } = this;
    const requested = grant.request(this.act(consumer), this.asset, undefined, {
      asset: this.asset.id,
      elements: ['name'],
      purpose: 'dpv:IdentityVerification',
      legalBasis: { en: 'social insurance law' },
    });
    const policies = [['grant', requested.id, `AND('${MANAGER}.peer', OR('PoliceMSP.peer', 'SocialMSP.peer'))`]] as const;
    world.commit(
      world.transaction({ name: 'grant:request', as: consumer, records: [requested], reads: [['asset', this.asset.id]], policies }),
    );
    this.grant = grant.approve(this.act(provider), requested, this.asset, { id: requested.id });
    world.commit(world.transaction({ name: 'grant:approve', as: provider, records: [this.grant], reads: [['asset', this.asset.id]] }));
  }

  deliver(hash = 'ab'.repeat(32)): void {
    const { world, provider, consumer } = this;
    const committed = this.commitShare(hash);
    const neighbour = world.transaction({ name: 'audit:other', as: world.user('household', ['steward']), records: [] });
    world.commit(
      neighbour,
      world.transaction({
        name: 'share:commit',
        as: provider,
        records: [committed],
        reads: this.stoodOn,
        policies: [this.sharePolicy(committed)],
      }),
    );
    this.share = share.acknowledge(this.act(consumer), committed, { id: committed.id, payloadHash: hash, hashAlgorithm: 'sha-256' });
    world.commit(world.transaction({ name: 'share:acknowledge', as: consumer, records: [this.share] }));
  }

  get stoodOn() {
    return [
      ['grant', this.grant.id],
      ['asset', this.asset.id],
    ] as const;
  }

  sharePolicy({ id }: Share) {
    return ['share', id, `AND('${MANAGER}.peer', OR('PoliceMSP.peer', 'SocialMSP.peer'))`] as const;
  }

  commitShare(payloadHash: string, as: Certified = this.provider): Share {
    const said = {
      grant: this.grant.id,
      purpose: this.grant.purpose,
      elements: ['name'],
      payloadHash,
      hashAlgorithm: 'sha-256' as const,
      bytes: 2048,
      rows: 10,
    };
    return share.commit(this.act(as), this.grant, said, undefined);
  }
}
