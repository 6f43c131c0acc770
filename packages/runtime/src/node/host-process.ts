import type { HostCommand, HostEvent } from "../host/ipc.ts";

/** How a host ended. `code` is absent when a signal did it. */
export interface HostExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** A started host as its node sees it: a child process, or the same thing inside the node's own process. */
export interface HostProcess {
  /** Process id; absent for a host in the node's process. */
  readonly pid: number | undefined;
  /** Sends a command; one that a dying host cannot take any more is dropped, its exit follows. */
  send(command: HostCommand): void;
  /** Ends it at once. What it held is given back by the node. */
  kill(): void;
  /** Resolves once, when it is gone. */
  readonly exited: Promise<HostExit>;
}

/** Starts a host. `onEvent` gets what it says, already parsed. */
export type StartHost = (onEvent: (event: HostEvent) => void) => HostProcess;
