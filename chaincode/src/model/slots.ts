/**
 * A count limit without a counter. The n uses of a grant are n keys, each created once: Fabric's MVCC check lets two who take the same
 * slot commit one, so never more than n. A tree of `full` marks over the slots, 32 to a node, keeps the search short: a mark is written
 * only by who has seen every slot below it taken, and slots are never given back, so a mark is always true, though it may come late.
 * Where it starts is drawn from the transaction id, equal on every endorser, so that those who come at once rarely meet.
 */
const FAN = 32;

export interface SlotReader {
  taken(slot: number): Promise<boolean>;
  full(height: number, index: number): Promise<boolean>;
}

export interface Node {
  readonly height: number;
  readonly index: number;
}

export interface Slot {
  /** 1 to max; undefined: every slot is taken. */
  readonly slot: number | undefined;
  /** Nodes now known to be full and not yet marked so. The root among them means that the limit is reached. */
  readonly full: readonly Node[];
}

/** Height of the tree over `max` slots: the root covers them all. */
export function rootOf(max: number): Node {
  let height = 1;
  while (FAN ** height < max) height++;
  return { height, index: 0 };
}

export async function findSlot(max: number, seed: number, reader: SlotReader): Promise<Slot> {
  const full: Node[] = [];
  const root = rootOf(max);
  if (await reader.full(root.height, 0)) return { slot: undefined, full };
  const slot = await search(root);
  return { slot, full };

  async function search({ height, index }: Node): Promise<number | undefined> {
    const first = index * FAN;
    const below = FAN ** (height - 1);
    const children = Math.min(FAN, Math.ceil(max / below) - first);
    // Each level draws its own start from the seed.
    const start = Math.floor(seed / FAN ** (height - 1)) % children;
    for (let i = 0; i < children; i++) {
      const child = first + ((start + i) % children);
      if (height === 1) {
        if (!(await reader.taken(child + 1))) return child + 1;
      } else if (!(await reader.full(height - 1, child))) {
        const slot = await search({ height: height - 1, index: child });
        if (slot !== undefined) return slot;
      }
    }
    full.push({ height, index });
    return undefined;
  }
}

/** 48 bits of the transaction id. */
export function seedOf(transactionId: string): number {
  return Number.parseInt(transactionId.slice(0, 12), 16);
}
