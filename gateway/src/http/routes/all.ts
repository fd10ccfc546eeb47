import type { Endpoint } from '../endpoint.js';
import { assets } from './assets.js';
import { audit } from './audit.js';
import { dataElements } from './dataElements.js';
import { deliveries } from './deliveries.js';
import { demands } from './demands.js';
import { departments } from './departments.js';
import { derivations } from './derivations.js';
import { disputes } from './disputes.js';
import { evidence } from './evidence.js';
import { feedback, ratings } from './feedback.js';
import { grants } from './grants.js';
import { dictionaryImport, imports } from './imports.js';
import { inbox } from './inbox.js';
import { indicators } from './indicators.js';
import { leaks } from './leaks.js';
import { ledgerRoutes } from './ledger.js';
import { meRoutes } from './me.js';
import { plans } from './plans.js';
import { queries } from './queries.js';
import { rights } from './rights.js';
import { selfChecks } from './selfCheck.js';
import { shares } from './shares.js';
import { tickets } from './tickets.js';
import { vocabularies } from './vocabularies.js';

/** Every endpoint of the API: the router and the OpenAPI document are made from this table. */
export const endpoints: readonly Endpoint[] = [
  ...meRoutes,
  ...departments,
  ...dataElements,
  dictionaryImport,
  ...assets,
  ...derivations,
  ...imports,
  ...rights,
  ...demands,
  ...grants,
  ...deliveries,
  ...queries,
  ...tickets,
  ...shares,
  ...ratings,
  ...feedback,
  ...disputes,
  ...plans,
  ...inbox,
  ...indicators,
  ...selfChecks,
  ...audit,
  ...leaks,
  ...evidence,
  ...vocabularies,
  ...ledgerRoutes,
];
