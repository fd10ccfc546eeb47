import { peer } from '@hyperledger/fabric-protos';
import type { Version } from '../block/rwset.js';
import { bytes, item, message, varint } from '../block/write.js';
import { HistoryQueryIterator, StateQueryIterator } from './shim.js';
import type { KeyValue, Simulator } from './simulator.js';
import type { StateView } from './view.js';

/**
 * What fabric-shim's ChaincodeStub asks of a peer, answered by the simulator in the same process: the methods of fabric-shim's own
 * ChaincodeMessageHandler, without the messages (fabric core/chaincode/handler.go says what each does).
 */

/** A peer hands over results in lots of 100, and has always read one further (query_response_generator.go): it shows in the read set. */
const LOT = 100;
/** core.yaml, ledger.state.totalQueryLimit. */
const TOTAL_LIMIT = 100_000;

export interface Modification {
  readonly txId: string;
  readonly value: Buffer;
  readonly isDelete: boolean;
  readonly seconds: number;
  readonly nanos: number;
}

interface OpenScan {
  readonly next: () => Promise<Buffer | undefined>;
  /** Read from the scan, and not handed over yet. */
  pending: Buffer[];
  returned: number;
  readonly limit: number;
}

/** State: the scans that the contract has open. */
export class StubHandler {
  readonly #scans = new Map<string, OpenScan>();
  #ids = 0;

  constructor(
    private readonly simulator: Simulator,
    private readonly view: StateView,
    private readonly namespace: string,
    /** What a transaction wrote to a key: its block is read for that, as on a peer. */
    private readonly modification: (namespace: string, key: string, at: Version) => Promise<Modification>,
  ) {}

  async handleGetState(collection: string, key: string): Promise<Buffer> {
    return this.simulator.get(collection, wellFormed(key));
  }

  async handleGetPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    return this.simulator.getHash(collection, wellFormed(key));
  }

  async handlePutState(collection: string, key: string, value: Uint8Array): Promise<void> {
    this.simulator.put(collection, wellFormed(key), Buffer.from(value));
  }

  async handleDeleteState(collection: string, key: string): Promise<void> {
    this.simulator.put(collection, wellFormed(key), Buffer.alloc(0));
  }

  async handlePurgeState(collection: string, key: string): Promise<void> {
    this.simulator.purge(collection, wellFormed(key));
  }

  async handlePutStateMetadata(collection: string, key: string, name: string, value: Uint8Array): Promise<void> {
    this.simulator.putMetadata(collection, wellFormed(key), { name, value: Buffer.from(value) });
  }

  async handleGetStateMetadata(collection: string, key: string): Promise<Record<string, Uint8Array>> {
    return Object.fromEntries(this.simulator.getMetadata(collection, wellFormed(key)).map((e) => [e.name, e.value]));
  }

  async handleGetStateByRange(
    collection: string,
    start: string,
    end: string,
    channel: string,
    txId: string,
    metadata?: Uint8Array,
  ): Promise<unknown> {
    const page = metadata ? peer.QueryMetadata.deserializeBinary(metadata) : undefined;
    const size = page?.getPagesize() ?? 0;
    const bookmark = page?.getBookmark() ?? '';
    if (collection !== '') return this.#scan(this.simulator.privateRange(collection, start, end), channel, txId);
    if (size === 0 && bookmark === '') return this.#scan(this.simulator.range(start, end), channel, txId);
    this.simulator.mustOnlyRead('paginated queries');
    return this.#page(this.simulator.range(bookmark || start, end), end, size || TOTAL_LIMIT, channel, txId);
  }

  async handleGetHistoryForKey(key: string, channel: string, txId: string): Promise<unknown> {
    const versions = this.view.history(this.namespace, wellFormed(key));
    const changes = async function* (handler: StubHandler): AsyncGenerator<Buffer, undefined> {
      for await (const version of versions) yield modificationBytes(await handler.modification(handler.namespace, key, version));
      return undefined;
    };
    const response = await this.#open(changes(this));
    return new HistoryQueryIterator(this, channel, txId, response);
  }

  async handleQueryStateNext(id: string): Promise<unknown> {
    const scan = this.#scans.get(id);
    if (scan === undefined) throw new Error('query iterator not found');
    return this.#lot(id, scan);
  }

  async handleQueryStateClose(id: string): Promise<unknown> {
    this.#scans.delete(id);
    return new peer.QueryResponse();
  }

  async handleGetQueryResult(): Promise<never> {
    throw new Error('ExecuteQuery not supported for leveldb');
  }

  async handleInvokeChaincode(name: string): Promise<never> {
    throw new Error(`the embedded ledger does not let a chaincode call another (${name})`);
  }

  async #scan(results: AsyncGenerator<KeyValue, undefined>, channel: string, txId: string): Promise<unknown> {
    const response = await this.#open(bytesOf(results, this.namespace));
    return { iterator: new StateQueryIterator(this, channel, txId, response) };
  }

  async #page(results: AsyncGenerator<KeyValue, undefined>, end: string, size: number, channel: string, txId: string): Promise<unknown> {
    const response = new peer.QueryResponse();
    let fetched = 0;
    let last = '';
    while (fetched < Math.min(size, TOTAL_LIMIT)) {
      const next = await results.next();
      if (next.done) break;
      response.addResults(resultBytes(kvBytes(next.value, this.namespace)));
      last = next.value.key;
      fetched++;
    }
    // The next page starts at the first key that this one left; to look for it is no read.
    const bookmark = fetched === size ? await this.#next(last, end) : '';
    return { iterator: new StateQueryIterator(this, channel, txId, response), metadata: { bookmark, fetchedRecordsCount: fetched } };
  }

  async #next(last: string, end: string): Promise<string> {
    for await (const { key } of this.view.range(this.namespace, `${last}\0`, end)) return key;
    return '';
  }

  async #open(results: AsyncGenerator<Buffer, undefined>): Promise<unknown> {
    const id = String(this.#ids++);
    const scan = { next: async () => (await results.next()).value, pending: [], returned: 0, limit: TOTAL_LIMIT };
    this.#scans.set(id, scan);
    return this.#lot(id, scan);
  }

  async #lot(id: string, scan: OpenScan): Promise<unknown> {
    const response = new peer.QueryResponse();
    response.setId(id);
    for (;;) {
      const result = scan.returned >= scan.limit ? undefined : await scan.next();
      const full = result !== undefined && scan.pending.length === LOT;
      if (result === undefined || full) {
        response.setResultsList(scan.pending.map(resultBytes));
        response.setHasMore(full);
        scan.pending = [];
      }
      if (result === undefined) {
        this.#scans.delete(id);
        return response;
      }
      scan.pending.push(result);
      scan.returned++;
      if (full) return response;
    }
  }
}

async function* bytesOf(results: AsyncGenerator<KeyValue, undefined>, namespace: string): AsyncGenerator<Buffer, undefined> {
  for await (const result of results) yield kvBytes(result, namespace);
  return undefined;
}

/** queryresult.KV and queryresult.KeyModification. */
function kvBytes(result: KeyValue, namespace: string): Buffer {
  return message(bytes(1, namespace), bytes(2, result.key), bytes(3, result.value));
}

function modificationBytes(change: Modification): Buffer {
  const at = message(varint(1, change.seconds), varint(2, change.nanos));
  return message(bytes(1, change.txId), bytes(2, change.value), item(3, at), varint(4, change.isDelete));
}

function resultBytes(value: Buffer): InstanceType<typeof peer.QueryResultBytes> {
  const out = new peer.QueryResultBytes();
  out.setResultbytes(value);
  return out;
}

/** A lone surrogate has no UTF-8: a peer refuses the message that holds it. */
function wellFormed(key: string): string {
  if (!key.isWellFormed()) throw new Error('a key must be well-formed Unicode');
  return key;
}
