import { EMPTY, len, Reader } from '@drl/network/block/wire';

/** Chaincode definitions as the `_lifecycle` namespace keeps them (fabric core/chaincode/lifecycle/serializer.go, fabric-protos peer/lifecycle). */
export const LIFECYCLE = '_lifecycle';
/** What fabric's definitions name their default validation plugin. */
export const DEFAULT_PLUGIN = 'vscc';
/** The policy in the channel config that a definition is committed under. */
export const LIFECYCLE_POLICY = '/Channel/Application/LifecycleEndorsement';
/** The metadata entry of a key that holds its own endorsement policy (fabric-protos peer/policy.proto). */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

export type DefinitionField = 'Sequence' | 'EndorsementInfo' | 'ValidationInfo';

/** Every endorsement reads the Sequence of the definition that it runs under (endorsement_info.go, CachedChaincodeInfo): so a transaction itself names its definition. */
export function definitionKey(chaincode: string, field: DefinitionField): string {
  return `namespaces/fields/${chaincode}/${field}`;
}

/** StateData with bytes → ChaincodeValidationInfo. */
export function readValidationInfo(stateData: Uint8Array): { readonly plugin: string; readonly parameter: Buffer } {
  let plugin = '';
  let parameter = EMPTY;
  const r = new Reader(stateBytes(stateData));
  while (r.next()) {
    if (r.tag === len(1)) plugin = r.string();
    else if (r.tag === len(2)) parameter = r.bytes();
  }
  return { plugin, parameter };
}

/** StateData with bytes → ChaincodeEndorsementInfo.version. */
export function readDefinitionVersion(stateData: Uint8Array): string {
  let version = '';
  const r = new Reader(stateBytes(stateData));
  while (r.next()) if (r.tag === len(1)) version = r.string();
  return version;
}

function stateBytes(stateData: Uint8Array): Buffer {
  let bytes = EMPTY;
  const r = new Reader(stateData);
  while (r.next()) if (r.tag === len(2)) bytes = r.bytes();
  return bytes;
}
