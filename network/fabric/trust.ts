import { readFileSync } from 'node:fs';
import { paths } from './paths.js';
import { readNetwork } from './state.js';

/** Each organisation's root certificate (PEM) by MSP id, the orderer's included: public, the trust anchors of whoever verifies. */
export function rootCertificates(dir: string): Record<string, string> {
  const { ordering, organisations } = readNetwork(dir);
  const mspIds = [ordering.mspId, ...organisations.map((o) => o.mspId)];
  return Object.fromEntries(mspIds.map((mspId) => [mspId, readFileSync(paths.caCert(dir, mspId), 'utf8')]));
}
