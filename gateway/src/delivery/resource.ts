/** The provider's resource, as bytes. Nothing of it is kept here. */
export interface Source {
  /** Bytes, where it is known before they have been read. */
  readonly length?: number;
  readonly mediaType?: string;
  /** From the beginning; may be asked again, and then gives the same bytes or fails with RESOURCE_CHANGED. */
  read(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}
