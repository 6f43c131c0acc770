/** What a detector thinks of a node's silence. It may be wrong; being wrong is cheap (DESIGN §1.3). */
export type Suspicion = "alive" | "suspect" | "silent";

/**
 * Judges nodes by when they were heard. All times are monotonic ms of one process.
 * `silent` means quiet for so long that only a failed probe is missing to declare the node dead.
 */
export interface FailureDetector {
  /** A heartbeat came: contact, and a sample of how regularly they come. */
  heard(node: string, atMs: number): void;
  /** Anything else came from the node: an answer, a notice. */
  contact(node: string, atMs: number): void;
  /** Starts every node's silence anew: after the observer itself was cut off, its view proves nothing. */
  reset(atMs: number): void;
  /** Forgets a node and how regular it was: it has gone, or a new life of it begins. */
  forget(node: string): void;
  judge(node: string, nowMs: number): Suspicion;
}
