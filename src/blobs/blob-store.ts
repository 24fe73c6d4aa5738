/** A store that all instances reach, with blobs under names such as `<session>/<token>-<number>`. */
export interface BlobStore {
  put(name: string, bytes: Buffer): Promise<void>;
  /** @throws Error when there is no such blob. */
  get(name: string): Promise<Buffer>;
  /** Does nothing when there is no such blob. */
  delete(name: string): Promise<void>;
}
