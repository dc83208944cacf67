/** A stretch of the file: a field, a record. */
export interface Place {
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}
