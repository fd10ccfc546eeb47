import { callerFromCertificate } from '@drl/chaincode/certificate';
import { type Caller, type CertifiedCaller, foundingCaller, resolveCaller } from '@drl/chaincode/model/caller';
import { canonical } from '@drl/chaincode/model/canonical';
import { recordKey, SETTINGS_ID } from '@drl/chaincode/model/keys';
import { type LedgerRecord, type RecordKind, type RecordOf, records } from '@drl/chaincode/model/records/index';
import { authorshipFault, namedBy, type Related } from '@drl/chaincode/model/rules/authorship';
import { rightStands } from '@drl/chaincode/model/rules/derive';
import { passedFrom } from '@drl/chaincode/model/rules/passing';
import type { Member } from '@drl/network/block/msp';
import { BundleError } from '../errors.js';
import { recordNeeds } from '../needs.js';
import { actionOf, type OpenedTransaction, placeKey } from '../opened.js';
import { writeOf } from '../rwset.js';
import type { ProvenVersion } from './content.js';
import type { Signers } from './signed.js';

/**
 * The network refuses most forgeries by policy; a new key has no policy of its own yet, so two organisations together could create a record in a third
 * one's name. Who signed it stays in the block: the signer's certificate has to speak for the party whose record, or change, it is. Read model and contract ask the same.
 */
export function authors(
  histories: readonly (readonly ProvenVersion[])[],
  signers: ReadonlyMap<OpenedTransaction, Signers>,
): Map<ProvenVersion, Caller> {
  const written = new Map<string, LedgerRecord>();
  for (const { record, transaction } of histories.flat())
    written.set(`${record.kind} ${record.id} ${placeKey(transaction.entry.block, transaction.entry.index)}`, record);
  const seen = new Map<OpenedTransaction, readonly LedgerRecord[]>();
  const callers = new Map<ProvenVersion, Caller>();
  for (const version of histories.flat()) {
    const { transaction } = version;
    const read =
      seen.get(transaction) ??
      recordNeeds(actionOf(transaction)).flatMap(
        ({ kind, id, place }) => written.get(`${kind} ${id} ${placeKey(place.block, place.tx)}`) ?? [],
      );
    seen.set(transaction, read);
    callers.set(version, author(version, signers.get(transaction)?.creator, read));
  }
  return callers;
}

/** The records that the transaction read, as they stood: the ledger took it, so nothing had changed them since. */
type Read = readonly LedgerRecord[];

function one<K extends RecordKind>(read: Read, kind: K, id: string | undefined): RecordOf<K> | undefined {
  return read.find((record) => record.kind === kind && record.id === id) as RecordOf<K> | undefined;
}

function author(version: ProvenVersion, creator: Member | undefined, read: Read): Caller {
  const { record, previous, transaction } = version;
  const what = `${record.kind} ${record.id} version ${record.version}`;
  const certified = creator && certifiedBy(transaction, creator.mspId);
  const caller = certified && callerOf(record, certified, read);
  if (caller === undefined) throw new BundleError('AUTHOR', `${what}: its signer is of no department that the ledger knew`);
  const { requestId: _any, ...stamp } = record.updated;
  const { department, mspId, name, custodian } = caller;
  const own = { at: transaction.entry.at, transactionId: transaction.entry.id, department, mspId, name, custodian };
  if (canonical(stamp) !== canonical(own)) throw new BundleError('STAMP', what);
  const fault = authorshipFault(record.kind, previous, record, caller, related(version, read));
  if (fault !== undefined) throw new BundleError('AUTHOR', `${what}: ${fault}`);
  return caller;
}

function certifiedBy({ envelope, entry }: OpenedTransaction, mspId: string): CertifiedCaller {
  try {
    return callerFromCertificate(envelope.creator.certificate, mspId);
  } catch {
    throw new BundleError('AUTHOR', `the certificate that signed ${entry.id} does not say one clear thing`);
  }
}

/** By the settings and the department that the transaction read. Only the manager's first steps come before any department. */
function callerOf(record: LedgerRecord, certified: CertifiedCaller, read: Read): Caller | undefined {
  const settings = one(read, 'settings', SETTINGS_ID);
  if (settings === undefined && !(record.kind === 'settings' && record.version === 1)) return undefined;
  const department = one(read, 'department', record.updated.department);
  const founding = record.kind === 'settings' || record.kind === 'department';
  return resolveCaller(certified, settings, department) ?? (founding ? foundingCaller(certified, settings) : undefined);
}

interface Named {
  readonly asset?: string;
  readonly grant?: string;
  readonly transferredFrom?: string;
  readonly match?: { readonly asset: string };
  readonly demand?: string;
  readonly resolvedBy?: string;
  readonly share?: string;
}

/** What a change stands on, of what its transaction read. */
function related({ previous, record, transaction }: ProvenVersion, read: Read): Related {
  const named = record as Named;
  const about = record.kind === 'dispute' ? namedBy(record.subject) : [];
  return {
    asset: one(read, 'asset', named.asset ?? named.match?.asset),
    demand: one(read, 'demand', named.demand),
    grant: one(read, 'grant', named.grant),
    share: one(read, 'share', named.resolvedBy ?? named.share),
    about: about.flatMap(({ kind, id }) => writtenBy(transaction, kind, id) ?? one(read, kind, id) ?? []),
    from: one(read, 'right', named.transferredFrom),
    owner: ownerOf(named.asset, record.updated.at, read),
    predecessor: one(read, 'department', passedFrom(previous, record)),
  };
}

/** A record as the transaction itself writes it: the claim that opens a dispute stands beside it. */
function writtenBy(transaction: OpenedTransaction, kind: RecordKind, id: string): LedgerRecord | undefined {
  const { rwset, chaincode } = actionOf(transaction);
  const written = writeOf(rwset, chaincode, recordKey(kind, id));
  const parsed = written && records[kind].safeParse(JSON.parse(written.toString('utf8')));
  return parsed?.success ? parsed.data : undefined;
}

/** The holder of the asset's ownership, if it stands: confirmed, in its term, and contested by nobody. An asset has one such right, and the confirming transaction read it. */
function ownerOf(asset: string | undefined, at: string, read: Read): string | undefined {
  const rights = read.filter((r) => r.kind === 'right');
  const contests = read.filter((r) => r.kind === 'contest');
  const owned = rights.find((r) => r.rightType === 'ownership' && r.status === 'confirmed' && r.asset === asset);
  return owned &&
    rightStands(
      owned,
      contests.filter(({ right }) => right === owned.id),
      at,
    )
    ? owned.holder
    : undefined;
}
