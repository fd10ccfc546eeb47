import { pair } from '../block/action.js';
import type { WriteInput } from '../block/buildrwset.js';
import { type DefinitionInput, definitionWrites } from '../block/lifecycle.js';
import { len, num, Reader } from '../block/wire.js';
import { bytes, items, message, varint } from '../block/write.js';
import { implicitCollection } from './collections.js';
import { sha256 } from './digest.js';
import type { ChaincodeResponse } from './shim.js';
import type { Simulator } from './simulator.js';

/**
 * The system chaincode `_lifecycle`, as far as a channel needs it: each organisation approves a definition, in its own private
 * collection, and when enough have, it is committed. It leaves the very keys and values that a peer's own does (fabric
 * core/chaincode/lifecycle), so that whoever verifies blocks finds the endorsement policy in force where Fabric keeps it.
 */
export const APPROVE = 'ApproveChaincodeDefinitionForMyOrg';
export const COMMIT = 'CommitChaincodeDefinition';

export const sequenceKey = (name: string): string => `namespaces/fields/${name}/Sequence`;

/** CommitChaincodeDefinitionArgs; an approval names the package too, which here is the code of this process. */
export function definitionArgs(definition: DefinitionInput, packageId?: string): Buffer {
  const { sequence, name, version, policy } = definition;
  const common = message(varint(1, sequence), bytes(2, name), bytes(3, version), bytes(6, policy));
  return packageId === undefined ? common : message(common, bytes(9, bytes(2, bytes(1, packageId))));
}

export function invokeLifecycle(
  simulator: Simulator,
  args: readonly Buffer[],
  mspId: string,
  organisations: readonly string[],
): ChaincodeResponse {
  try {
    const [fn, input] = args;
    if (input === undefined) throw new Error('an argument is missing');
    if (fn?.toString() === APPROVE) approve(simulator, input, mspId);
    else if (fn?.toString() === COMMIT) commit(simulator, input, mspId, organisations);
    else throw new Error(`${String(fn)} is not a function of the lifecycle here`);
    return { status: 200, payload: Buffer.alloc(0) };
  } catch (error) {
    return { status: 500, message: `failed to invoke backing implementation: ${(error as Error).message}` };
  }
}

function approve(simulator: Simulator, input: Buffer, mspId: string): void {
  const { definition, packageId } = readArgs(input);
  mustBeNext(simulator, definition);
  const collection = implicitCollection(mspId);
  const name = `${definition.name}#${definition.sequence}`;
  const put = (key: string, value: Uint8Array): void => simulator.put(collection, key, value);
  for (const { key, value } of parameters(definition)) put(key, value);
  put(`namespaces/metadata/${name}`, stateMetadata('ChaincodeParameters', ['EndorsementInfo', 'ValidationInfo', 'Collections']));
  put(`chaincode-sources/fields/${name}/PackageID`, items(3, [packageId]));
  put(`chaincode-sources/metadata/${name}`, stateMetadata('ChaincodeLocalPackage', ['PackageID']));
}

/** An endorser signs a definition only if its own organisation has approved the same. */
function commit(simulator: Simulator, input: Buffer, mspId: string, organisations: readonly string[]): void {
  const { definition } = readArgs(input);
  mustBeNext(simulator, definition);
  const approved = organisations.filter((org) =>
    parameters(definition)
      .map(({ key, value }) => simulator.getHash(implicitCollection(org), key).equals(sha256(value)))
      .every(Boolean),
  );
  if (!approved.includes(mspId)) throw new Error(`chaincode definition not agreed to by this org (${mspId})`);
  for (const { key, value } of definitionWrites(definition)) simulator.put('', key, value);
}

/** What an organisation approves: the definition's fields without the sequence, which is in their keys. */
function parameters(definition: DefinitionInput): WriteInput[] {
  const fields = ['EndorsementInfo', 'ValidationInfo', 'Collections'];
  const name = `${definition.name}#${definition.sequence}`;
  return definitionWrites({ ...definition, name }).filter(({ key }) => fields.some((f) => key === `namespaces/fields/${name}/${f}`));
}

function mustBeNext(simulator: Simulator, definition: DefinitionInput): void {
  const r = new Reader(simulator.get('', sequenceKey(definition.name)));
  const current = r.next() && r.tag === num(1) ? Number(r.int64()) : 0;
  if (definition.sequence !== current + 1) {
    throw new Error(`requested sequence is ${definition.sequence}, but new definition must be sequence ${current + 1}`);
  }
}

function readArgs(input: Buffer): { definition: DefinitionInput; packageId: string } {
  let sequence = 0;
  let name = '';
  let version = '';
  let policy: Buffer = Buffer.alloc(0);
  let packageId = '';
  const r = new Reader(input);
  while (r.next()) {
    if (r.tag === num(1)) sequence = Number(r.int64());
    else if (r.tag === len(2)) name = r.string();
    else if (r.tag === len(3)) version = r.string();
    else if (r.tag === len(6)) policy = r.bytes();
    else if (r.tag === len(9)) packageId = pair(pair(r.bytes()).second).first.toString('utf8');
  }
  return { definition: { name, version, sequence, policy }, packageId };
}

function stateMetadata(datatype: string, fields: readonly string[]): Buffer {
  return message(bytes(1, datatype), items(2, fields));
}
