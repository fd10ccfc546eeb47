const IMPLICIT = '_implicit_org_';

/**
 * Every organisation has a collection of its own without anybody defining it; there are no others here, since collections for pairs
 * of departments would grow with the square of their number.
 */
export function implicitCollection(mspId: string): string {
  return `${IMPLICIT}${mspId}`;
}

/** The organisation that a collection belongs to. Throws on a name that is none. */
export function collectionOwner(collection: string, organisations: { has(mspId: string): boolean }): string {
  const mspId = collection.startsWith(IMPLICIT) ? collection.slice(IMPLICIT.length) : '';
  if (!organisations.has(mspId)) throw new Error(`collection ${collection} is not defined`);
  return mspId;
}
