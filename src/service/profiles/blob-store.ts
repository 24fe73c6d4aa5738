/** A place that all instances reach, where bytes lie under names such as `<session>/<token>-<number>`. */
export interface BlobStore {
  put(name: string, bytes: Buffer): Promise<void>;
  /** @throws Error when there is nothing by this name. */
  get(name: string): Promise<Buffer>;
  /** Nothing by this name is no error. */
  delete(name: string): Promise<void>;
}
