import type { Caller } from '@drl/chaincode/model/caller';
import type { Trust } from '@drl/network/block/trust';
import { asVerdict } from './errors.js';
import { type Bundle, readBundle } from './format.js';
import { actionOf, type OpenedTransaction } from './opened.js';
import type { Report, StepName, StepReport, VersionReport } from './report.js';
import { attested } from './steps/attested.js';
import { authors } from './steps/author.js';
import { complete } from './steps/complete.js';
import { configs } from './steps/config.js';
import { contents, type ProvenVersion } from './steps/content.js';
import { open } from './steps/open.js';
import { ordered } from './steps/order.js';
import { policies } from './steps/policy.js';
import { type Signers, signed } from './steps/signed.js';

/**
 * Judges an evidence file by the organisations' root certificates alone: no network, no clock. FORMAT.md says what each step proves; this is its
 * order. Whatever the bytes are, the answer is a verdict.
 */
export async function verifyEvidence(file: Uint8Array, trust: Trust): Promise<Report> {
  const verdict = new Verdict();
  try {
    const bundle = await verdict.step('format', () => readBundle(file));
    verdict.about(bundle);
    const opened = await verdict.step('data', () => open(bundle));
    await verdict.step('complete', () => complete(opened));
    const histories = await verdict.step('content', () => contents(opened));
    const channels = await verdict.step('trust', () => configs(opened, trust));
    const orderers = await verdict.step('order', () => ordered(opened, channels));
    verdict.by(orderers);
    const signers = await verdict.step('signatures', () => signed(opened, channels));
    const attestors = await verdict.step('validity', () => attested(opened, channels));
    verdict.by(attestors.values());
    await verdict.step('policy', () => policies(opened, channels, histories, signers));
    const callers = await verdict.step('author', () => authors(histories, signers));
    return verdict.proven(histories.flat().map((version) => describe(version, callers, signers, attestors)));
  } catch (error) {
    return verdict.refused(error);
  }
}

/** The steps that rest on someone's word; all others follow from the file and the roots. */
const onWord: ReadonlySet<StepName> = new Set(['validity']);

/** State: the steps taken so far. */
class Verdict {
  readonly #steps: StepReport[] = [];
  #about: Pick<Report, 'channel' | 'chaincode' | 'subject'> = {};
  #taking: StepName = 'format';

  async step<T>(step: StepName, take: () => T | Promise<T>): Promise<T> {
    this.#taking = step;
    const found = await take();
    this.#steps.push({ step, status: onWord.has(step) ? 'attested' : 'proven' });
    return found;
  }

  about({ channel, chaincode, subject }: Bundle): void {
    this.#about = { channel, chaincode, subject };
  }

  /** Whose signatures carry the step just taken. */
  by(organisations: Iterable<string | readonly string[]>): void {
    const last = this.#steps.pop() as StepReport;
    this.#steps.push({ ...last, by: [...new Set([...organisations].flat())].sort() });
  }

  proven(versions: readonly VersionReport[]): Report {
    return { verdict: 'proven', ...this.#about, steps: this.#steps, versions };
  }

  /** A fault of the file is an answer; any other error is a bug and goes on. */
  refused(error: unknown): Report {
    const { code, detail } = asVerdict(error);
    const step = this.#taking;
    const steps: StepReport[] = [...this.#steps, { step, status: 'failed' }];
    return {
      verdict: code === 'UNREADABLE' ? 'unreadable' : 'not-proven',
      ...this.#about,
      steps,
      versions: [],
      fault: { step, code, detail },
    };
  }
}

function describe(
  version: ProvenVersion,
  callers: ReadonlyMap<ProvenVersion, Caller>,
  signers: ReadonlyMap<OpenedTransaction, Signers>,
  attestors: ReadonlyMap<OpenedTransaction, readonly string[]>,
): VersionReport {
  const { record, transaction } = version;
  const { id, block, index, at } = transaction.entry;
  const { department, mspId, name, custodian } = callers.get(version) as Caller;
  return {
    kind: record.kind,
    id: record.id,
    version: record.version,
    status: record.status,
    transactionId: id,
    block,
    index,
    at,
    action: actionOf(transaction).args[0]?.toString('utf8') ?? '',
    by: { department, mspId, name, ...(custodian === undefined ? {} : { custodian }) },
    endorsedBy: [...new Set(signers.get(transaction)?.endorsers.map((e) => e.mspId))],
    attestedBy: attestors.get(transaction) ?? [],
  };
}
