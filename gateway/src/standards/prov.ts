import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { prefixes } from './jsonld.js';
import { channelBase, recordPath } from './names.js';
import { Document, name, type ProvJson } from './provDocument.js';
import { describe, type ProvContext } from './provRecords.js';

/** A trail as PROV (W3C, PROV-DM), in PROV-JSON (W3C Member Submission, 2013). */

/** One act on the ledger; `record` is the version that it wrote, where it wrote one. */
export interface Act {
  readonly at: string;
  readonly block: number;
  readonly transactionId: string;
  readonly actor: { readonly name: string; readonly mspId: string; readonly custodian?: string };
  readonly department: string;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'invalid' | 'ignored';
  readonly clause?: string;
  readonly subject?: { readonly kind: string; readonly id: string; readonly version: number };
  readonly record?: LedgerRecord;
}

export function actsToProv(acts: readonly Act[], about: ProvContext): ProvJson {
  const document = new Document({ rec: channelBase(about.channel), drl: prefixes.drl, dpv: prefixes.dpv });
  for (const act of acts) tell(document, act, about);
  return document.json();
}

/** A transaction is an activity: signed by somebody on behalf of a department, it made a version of a record. */
function tell(document: Document, act: Act, about: ProvContext): void {
  const { at, actor, department, record, subject } = act;
  const transaction = `rec:transaction/${act.transactionId}`;
  const signer = `rec:signer/${encodeURIComponent(actor.mspId)}/${encodeURIComponent(actor.name)}`;
  const office = `rec:${recordPath('department', department)}`;
  document.add('activity', transaction, {
    'prov:startTime': at,
    'prov:endTime': at,
    'prov:label': act.action,
    'drl:block': act.block,
    'drl:outcome': act.outcome,
    'drl:clause': act.clause,
    // What did not come about has no entity that could name it.
    'drl:about': record || !subject ? undefined : `rec:${recordPath(subject.kind, subject.id, subject.version || undefined)}`,
  });
  document.add('agent', signer, { 'drl:enrolmentId': actor.name, 'drl:mspId': actor.mspId });
  document.add('agent', office, { 'prov:type': name('prov:Organization'), 'drl:department': department });
  document.relate('wasAssociatedWith', [transaction, signer], { 'prov:activity': transaction, 'prov:agent': signer });
  document.relate('actedOnBehalfOf', [signer, office, transaction], {
    'prov:delegate': signer,
    'prov:responsible': office,
    'prov:activity': transaction,
  });
  if (actor.custodian !== undefined) {
    const holder = `rec:${recordPath('department', actor.custodian)}`;
    document.add('agent', holder, { 'prov:type': name('prov:Organization'), 'drl:department': actor.custodian });
    document.relate('wasAssociatedWith', [transaction, holder], {
      'prov:activity': transaction,
      'prov:agent': holder,
      'prov:role': name('drl:custodian'),
    });
  }
  if (record) describe(document, record, transaction, office, about);
}
