/**
 * Names that outlive a host: URNs of our own, as our problem types are. A record is named by its channel, kind and id, whoever serves it;
 * `/vN` is one version of it. Slashes, since PROV's qualified names take them unescaped (PROV-N, section 3.7.1).
 */
const ROOT = 'urn:data-rights-ledger:';

/** Terms that the standards have no word for; README.md defines each. */
export const OWN = `${ROOT}ns#`;

/** The profile under which our own operands and action are read (ODRL Information Model, section 4); README.md is its text. */
export const ODRL_PROFILE = `${ROOT}odrl-profile`;

export const channelBase = (channel: string): string => `${ROOT}channel:${channel}/`;

/** Below a channel's base: `asset/ast-1/v3`. */
export function recordPath(kind: string, id: string, version?: number): string {
  return `${kind}/${encodeURIComponent(id)}${version === undefined ? '' : `/v${version}`}`;
}

export function recordIri(channel: string, kind: string, id: string, version?: number): string {
  return channelBase(channel) + recordPath(kind, id, version);
}

/** A data item of an asset, by its name: what a grant names, whichever version it was agreed on. */
export const elementIri = (asset: string, name: string): string => `${asset}/element/${encodeURIComponent(name)}`;

export const themeIri = (theme: string): string => `${ROOT}theme:${theme}`;
export const addressIri = (address: string): string => `${ROOT}address:${encodeURIComponent(address)}`;

/** W3C Data Privacy Vocabulary 2, whose terms are `https://w3id.org/dpv#NAME`. */
export const DPV = 'https://w3id.org/dpv#';

/** A purpose's own IRI; of a vocabulary that we do not know, a URN that keeps its words. */
export function purposeIri(purpose: string): string {
  const [prefix, name] = purpose.split(':') as [string, string];
  return prefix === 'dpv' ? DPV + name : `${ROOT}purpose:${prefix}:${name}`;
}
