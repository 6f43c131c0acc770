/** A node as the process that runs it sees it. */
export interface RunningNode {
  readonly name: string;
  /** This life of the node: one that was declared dead ends, and another one begins. */
  readonly incarnation: string;
  /** Process ids of its hosts. */
  readonly hostPids: readonly number[];
  /** Connects and joins. Throws `unavailable` or `unauthorized` when NATS cannot be reached. */
  start(): Promise<void>;
  /** Takes no more work, finishes what runs within the limit (default from the options), gives the rest back, leaves. */
  drain(limitMs?: number): Promise<void>;
  /** Leaves now; what runs is aborted and given back. */
  stop(exitCode?: number): Promise<void>;
  /** Resolves with the exit code for its process once it has left. */
  readonly done: Promise<number>;
}
