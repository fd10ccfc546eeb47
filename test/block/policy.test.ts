import { EvidenceError } from '@drl/network/block/errors';
import {
  applicationPolicyBytes,
  distinct,
  type Principal,
  parsePolicy,
  policyBytes,
  type Rule,
  readPolicy,
  roles,
  type SignaturePolicy,
  type Signer,
  satisfied,
} from '@drl/network/block/policy';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';

const mspIds = ['A', 'B', 'C'];
const principal: fc.Arbitrary<Principal> = fc.record({
  kind: fc.constant('role' as const),
  mspId: fc.constantFrom(...mspIds),
  role: fc.constantFrom(...roles),
});

/** A policy tree over its own list of principals, each named once, as policy text gives it. */
const policy: fc.Arbitrary<SignaturePolicy> = fc
  .letrec<{ rule: unknown }>((tie) => ({
    rule: fc.oneof({ depthSize: 'small' }, principal, fc.tuple(fc.nat({ max: 3 }), fc.array(tie('rule'), { minLength: 1, maxLength: 3 }))),
  }))
  .rule.map((tree) => {
    const principals: Principal[] = [];
    const build = (node: unknown): Rule => {
      if (Array.isArray(node)) {
        const [n, children] = node as [number, unknown[]];
        return { outOf: Math.min(n, children.length + 1), rules: children.map(build) };
      }
      principals.push(node as Principal);
      return { signedBy: principals.length - 1 };
    };
    return { rule: { outOf: 1, rules: [build(tree)] }, principals };
  });

describe('policy text', () => {
  it.each([
    ["AND('A.member')", { outOf: 1, rules: [{ signedBy: 0 }] }],
    ["OR('A.peer', 'B.peer')", { outOf: 1, rules: [{ signedBy: 0 }, { signedBy: 1 }] }],
    [
      "and('A.member', or(\"B.peer\",'C.client'))",
      { outOf: 2, rules: [{ signedBy: 0 }, { outOf: 1, rules: [{ signedBy: 1 }, { signedBy: 2 }] }] },
    ],
    ["OutOf(2, 'A.admin', 'B.orderer', 'C.member')", { outOf: 2, rules: [{ signedBy: 0 }, { signedBy: 1 }, { signedBy: 2 }] }],
    ["OutOf('1', 'a-b.c.member')", { outOf: 1, rules: [{ signedBy: 0 }] }],
  ])('%s', (text, rule) => expect(parsePolicy(text).rule).toEqual(rule));

  it.each([
    '',
    "'A.member'",
    "AND('A.member'",
    "AND('A.member') OR",
    "NOT('A.member')",
    "AND('A.boss')",
    'AND(A.member)',
    "AND('A.member',)",
    "OutOf(3, 'A.member')",
    "OutOf(x, 'A.member')",
    'AND()',
  ])('refuses %s', (text) => expect(() => parsePolicy(text)).toThrow(SyntaxError));

  it('writes back as it was read, in the bytes that fabric-protos writes', () => {
    fc.assert(
      fc.property(policy, (given) => {
        const text = (rule: Rule): string => {
          if ('signedBy' in rule) {
            const p = given.principals[rule.signedBy] as Extract<Principal, { kind: 'role' }>;
            return `'${p.mspId}.${p.role}'`;
          }
          return `OutOf(${rule.outOf}, ${rule.rules.map(text).join(', ')})`;
        };
        expect(parsePolicy(text(given.rule))).toEqual(given);
        const bytes = policyBytes(given);
        expect(readPolicy(bytes)).toEqual(given);
        const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
        expect(Buffer.from(envelope.serializeBinary()).equals(bytes)).toBe(true);
        const [first] = envelope.getIdentitiesList();
        const named = first && msp.MSPRole.deserializeBinary(first.getPrincipal_asU8());
        expect(named && [named.getMspIdentifier(), roles[named.getRole()]]).toEqual(
          given.principals[0] && [(given.principals[0] as { mspId: string }).mspId, (given.principals[0] as { role: string }).role],
        );
        const wrapped = peer.ApplicationPolicy.deserializeBinary(applicationPolicyBytes(given));
        expect(Buffer.from(wrapped.getSignaturePolicy()?.serializeBinary() ?? []).equals(bytes)).toBe(true);
      }),
    );
    expect(
      peer.ApplicationPolicy.deserializeBinary(applicationPolicyBytes({ channelPolicy: '/Channel/X' })).getChannelConfigPolicyReference(),
    ).toBe('/Channel/X');
  });

  it('has one form in bytes for one policy', () => {
    expect(policyBytes(parsePolicy("AND('A.member','B.peer')")).toString('hex')).toBe(
      policyBytes(parsePolicy(' And( "A.member" , "B.peer" ) ')).toString('hex'),
    );
  });
});

describe('policy bytes', () => {
  it('are refused where they name a principal that they do not list, or are of another version', () => {
    const good = policyBytes(parsePolicy("OR('A.member')"));
    expect(() => readPolicy(good.subarray(0, good.indexOf(0x1a)))).toThrow(EvidenceError);
    expect(() => readPolicy(Buffer.concat([Buffer.from([8, 1]), good]))).toThrow(EvidenceError);
    expect(() => readPolicy(Buffer.alloc(0))).toThrow(EvidenceError);
  });

  it('read any bytes as a policy or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          satisfied(readPolicy(bytes), []);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
    );
  });

  it('take what nobody can read as a principal that nobody is', () => {
    const envelope = new common.SignaturePolicyEnvelope();
    const odd = new msp.MSPPrincipal();
    odd.setPrincipal(Buffer.from([0x0a, 0x7f]));
    envelope.addIdentities(odd);
    const rule = new common.SignaturePolicy();
    rule.setSignedBy(0);
    envelope.setRule(rule);
    const read = readPolicy(envelope.serializeBinary());
    expect(read.principals).toEqual([{ kind: 'unknown' }]);
  });
});

describe('evaluation', () => {
  interface Who extends Signer {
    readonly mspId: string;
    readonly role: string;
  }
  const who = (mspId: string, role: string, n: number): Who => ({
    id: `${mspId}.${role}.${n}`,
    mspId,
    role,
    satisfies: (p) => p.kind === 'role' && p.mspId === mspId && (p.role === 'member' || p.role === role),
  });
  const signer = fc
    .tuple(fc.constantFrom(...mspIds), fc.constantFrom('peer', 'client', 'admin'), fc.nat({ max: 2 }))
    .map(([m, r, n]) => who(m, r, n));

  it('is what a plain reading of cauthdsl.go gives', () => {
    fc.assert(
      fc.property(policy, fc.array(signer, { maxLength: 5 }), (given, list) => {
        const signers = distinct(list);
        expect(satisfied(given, signers)).toBe(plainly(given, signers));
      }),
      { numRuns: 1000 },
    );
  });

  it('never counts a signer twice, nor one who signed twice', () => {
    const policy = parsePolicy("AND('A.member','A.member')");
    expect(satisfied(policy, distinct([who('A', 'peer', 1), who('A', 'peer', 1)]))).toBe(false);
    expect(satisfied(policy, [who('A', 'peer', 1), who('A', 'peer', 2)])).toBe(true);
  });

  it('is greedy, as on a peer: the first that fits is taken, though another would be needed later', () => {
    const signers = [who('A', 'peer', 1), who('A', 'client', 1)];
    expect(satisfied(parsePolicy("AND('A.peer','A.member')"), signers)).toBe(true);
    expect(satisfied(parsePolicy("AND('A.member','A.peer')"), signers)).toBe(false);
  });

  it('takes no more signers as a reason to refuse, where gates only ask and no principal is asked twice', () => {
    const policy = parsePolicy("AND('A.peer', OR('B.peer','C.peer'))");
    fc.assert(
      fc.property(fc.array(signer), fc.array(signer), (some, more) => {
        if (satisfied(policy, distinct(some))) expect(satisfied(policy, distinct([...some, ...more]))).toBe(true);
      }),
    );
  });

  /** The closures of cauthdsl.go, word for word, with an array of flags that is copied. */
  function plainly(given: SignaturePolicy, signers: readonly Signer[]): boolean {
    const run = (rule: Rule, used: boolean[]): boolean => {
      if ('signedBy' in rule) {
        for (let i = 0; i < signers.length; i++) {
          if (used[i] || !signers[i]?.satisfies(given.principals[rule.signedBy] as Principal)) continue;
          used[i] = true;
          return true;
        }
        return false;
      }
      let verified = 0;
      for (const inner of rule.rules) {
        const copy = [...used];
        if (run(inner, copy)) {
          verified++;
          for (let i = 0; i < used.length; i++) used[i] = copy[i] as boolean;
        }
      }
      return verified >= rule.outOf;
    };
    return run(
      given.rule,
      signers.map(() => false),
    );
  }
});
