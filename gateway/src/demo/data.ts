import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Constraints } from '@drl/chaincode/model/records/grant';
import type { Right } from '@drl/chaincode/model/records/right';
import { parse } from 'yaml';
import type { DemoComplaints } from './complaints.js';
import type { DemoDemand } from './demands.js';
import type { DemoDerivation } from './derivations.js';
import type { DemoDataElement } from './dictionary.js';
import type { DemoPlan } from './plans.js';

/** The demonstration as it is written in scripts/demo: what the comments at the head of its files say, as types. */

/** Working days before today, and a local time: `-20 09:30`. */
export type Moment = string;

export interface DemoAsset
  extends Pick<Asset, 'title' | 'shareType' | 'shareMethod'>,
    Partial<
      Pick<
        Asset,
        | 'description'
        | 'theme'
        | 'keywords'
        | 'shareCondition'
        | 'shareBasis'
        | 'openToPublic'
        | 'accrualPeriodicity'
        | 'level'
        | 'authoritativeFor'
      >
    > {
  readonly key: string;
  readonly department: string;
  readonly catalogCode: string;
  readonly elements: readonly (readonly [name: string, zh: string, en: string, type: string, ...marks: string[]])[];
  readonly file?: string;
  readonly api?: string;
  readonly registered: number;
  readonly published?: number;
  readonly modified?: number;
  readonly suspended?: number;
  readonly suspendedBecause?: Localized;
  readonly retired?: number;
  readonly retiredBecause?: Localized;
}

export interface DemoRight extends Pick<Right, 'rightType' | 'role' | 'basis'> {
  readonly asset: string;
  readonly holder: string;
  readonly at: Moment;
  readonly confirmed?: Moment;
  readonly offer?: { readonly to: string; readonly at: Moment; readonly accepted?: Moment; readonly declined?: Moment };
  readonly contest?: { readonly by: string; readonly at: Moment; readonly reason: Localized };
}

export interface DemoGrant {
  readonly key: string;
  readonly asset: string;
  readonly by: string;
  readonly renews?: string;
  readonly elements: readonly string[];
  readonly purpose: string;
  readonly legalBasis: Localized;
  readonly constraints?: DemoConstraints;
  readonly duties?: readonly Localized[];
  readonly at: Moment;
  readonly steps?: readonly DemoStep[];
  readonly deliveries?: {
    readonly from: number;
    readonly to: number;
    readonly every?: number;
    readonly times: readonly string[];
    readonly rows: number;
    readonly caseRef: string;
  };
  readonly shares?: readonly DemoShare[];
  /** Attempts that the grant's limits, term or status forbid. */
  readonly refused?: readonly DemoShare[];
}

/** `validDays` from the request on, or `validTo` at a moment. */
export interface DemoConstraints extends Pick<Constraints, 'maxCount' | 'maxRows'> {
  readonly validDays?: number;
  readonly validTo?: Moment;
}

export interface DemoStep {
  readonly at: Moment;
  readonly do: 'approve' | 'refuse' | 'return' | 'resubmit' | 'withdraw' | 'suspend' | 'resume' | 'revoke';
  /** The department that decides, where it is not the provider. */
  readonly by?: string;
  readonly reason?: Localized;
  readonly elements?: readonly string[];
  readonly constraints?: DemoConstraints;
}

export interface DemoShare {
  readonly at: Moment;
  readonly rows: number;
  readonly caseRef: string;
  readonly outcome?: 'acknowledged' | 'mismatched' | 'half-open' | 'opened' | 'void';
  readonly reason?: Localized;
  readonly resolved?: { readonly at: Moment; readonly resolution: Localized };
}

export interface DemoRename {
  readonly department: string;
  readonly name: Localized;
  readonly at: Moment;
  readonly basis: Localized;
}

export interface DemoAudit {
  readonly at: Moment;
  readonly action: 'trace' | 'trail';
  readonly asset: string;
}

export interface Demonstration extends DemoComplaints {
  readonly dictionary: readonly DemoDataElement[];
  readonly assets: readonly DemoAsset[];
  readonly ownership: { readonly basis: Localized; readonly except: readonly string[] };
  readonly rights: readonly DemoRight[];
  readonly grants: readonly DemoGrant[];
  readonly demands: readonly DemoDemand[];
  readonly derivations: readonly DemoDerivation[];
  readonly plans: readonly DemoPlan[];
  readonly renames: readonly DemoRename[];
  readonly audits: readonly DemoAudit[];
}

export const DEMO_DIR = join(__dirname, '..', '..', '..', 'scripts', 'demo');
/** Where the demonstration's `file:` distributions lie. */
export const DEMO_FILES = join(DEMO_DIR, 'files');

export function readDemonstration(dir = DEMO_DIR): Demonstration {
  const yaml = (name: string) => parse(readFileSync(join(dir, name), 'utf8'), { schema: 'core' });
  const parts = ['dictionary', 'history', 'complaints', 'demands', 'derivations', 'plans'].map(
    (name) => yaml(`${name}.yaml`) as Partial<Demonstration>,
  );
  return Object.assign({ assets: yaml('assets.yaml') }, ...parts) as Demonstration;
}
