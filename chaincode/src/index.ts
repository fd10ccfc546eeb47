import type { Contract } from 'fabric-contract-api';
import './quick.js';
import { AssetContract } from './contract/asset.js';
import { AuditContract } from './contract/audit.js';
import { DataElementContract } from './contract/dataElement.js';
import { DemandContract, JoiningContract } from './contract/demand.js';
import { DepartmentContract, SettingsContract } from './contract/department.js';
import { DerivationContract } from './contract/derivation.js';
import { DisputeContract } from './contract/dispute.js';
import { FeedbackContract, RatingContract } from './contract/feedback.js';
import { GrantContract } from './contract/grant.js';
import { PlanContract } from './contract/plan.js';
import { CallerContract, RecordContract } from './contract/queries.js';
import { RightContract } from './contract/right.js';
import { ShareContract } from './contract/share.js';
import { TermsContract } from './contract/terms.js';
import { TicketContract } from './contract/ticket.js';

/** What fabric-shim serves: one contract for each record. It adds its own system contract to this very array, so hand it a copy to run it twice. */
export const contracts: (new () => Contract)[] = [
  SettingsContract,
  DepartmentContract,
  DataElementContract,
  AssetContract,
  DerivationContract,
  RightContract,
  DemandContract,
  JoiningContract,
  GrantContract,
  TicketContract,
  ShareContract,
  RatingContract,
  FeedbackContract,
  DisputeContract,
  TermsContract,
  PlanContract,
  AuditContract,
  CallerContract,
  RecordContract,
];
