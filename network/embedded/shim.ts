// Certificates parsed once, as in a peer's process.
import '@drl/chaincode/quick';
import type { Contract } from 'fabric-contract-api';

/**
 * The parts of fabric-shim that a peer's chaincode process runs and that have no types of their own: the dispatch of
 * fabric-contract-api, the stub, and its iterators. The embedded engine runs these very classes, with a handler of its own beneath.
 */
export type ContractClass = new () => Contract;

export interface ChaincodeResponse {
  readonly status: number;
  readonly message?: string;
  readonly payload?: Uint8Array;
}
export interface Chaincode {
  Invoke(stub: unknown): Promise<ChaincodeResponse>;
}
export interface Stub {
  readonly chaincodeEvent?: { getEventName(): string; getPayload_asU8(): Uint8Array };
}
type IteratorClass = new (handler: unknown, channel: string, txId: string, response: unknown) => unknown;

export const ChaincodeFromContract = require('fabric-shim/lib/contract-spi/chaincodefromcontract') as new (
  contracts: ContractClass[],
  serializers: unknown,
  metadata: object,
  title: string,
  version: string,
) => Chaincode;

export const ChaincodeStub = require('fabric-shim/lib/stub') as new (
  handler: unknown,
  channel: string,
  txId: string,
  input: { getArgsList_asU8(): Uint8Array[] },
  signedProposal: { getSignature(): Uint8Array; getProposalBytes(): Uint8Array },
) => Stub;

const iterators = require('fabric-shim/lib/iterators') as { StateQueryIterator: IteratorClass; HistoryQueryIterator: IteratorClass };
export const StateQueryIterator = iterators.StateQueryIterator;
export const HistoryQueryIterator = iterators.HistoryQueryIterator;

/** As fabric-shim's bootstrap makes it of a package's contracts. */
export function chaincodeOf(name: string, version: string, contracts: readonly ContractClass[]): Chaincode {
  const { JSONSerializer } = require('fabric-contract-api') as { JSONSerializer: unknown };
  const serializers = { transaction: 'jsonSerializer', serializers: { jsonSerializer: JSONSerializer } };
  // The dispatch adds its own system contract to the array it is given.
  return new ChaincodeFromContract([...contracts], serializers, {}, name, version);
}

/**
 * winston formats every line before it asks whether anybody wants it, which is a third of an invocation; and fabric-shim's logger would
 * swallow every unhandled rejection of this process. What a contract refuses comes back as its answer, and is nothing to log.
 */
function quieten(): void {
  const loggers = {
    'fabric-shim/lib/logger': [
      'lib/stub.js',
      'lib/chaincode.js',
      'lib/iterators.js',
      'contracts-spi/chaincodefromcontract.js',
      'contracts-spi/datamarshall.js',
    ],
    'fabric-contract-api/lib/logger': ['./lib/jsontransactionserializer.js', './lib/contract.js'],
  };
  for (const [module, names] of Object.entries(loggers)) {
    const { getLogger } = require(module) as { getLogger(name: string): Record<string, unknown> };
    for (const name of names) Object.assign(getLogger(name), { debug: ignore, info: ignore, warn: ignore, error: ignore });
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (listener.name === 'loggerUnhandledRejectionFn') process.removeListener('unhandledRejection', listener);
  }
}
const ignore = (): void => undefined;

quieten();
