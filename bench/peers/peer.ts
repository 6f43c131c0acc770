import type { Probes } from "../chain.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** Another system that carries the same relay. It is installed and kept in a folder of its own, outside of the project. */
export interface Peer {
  readonly id: string;
  readonly title: string;
  /** What it has stored, and how safely, when it goes on to the next role. */
  readonly keeps: string;
  /** Installs it into the folder, unless it is there. Throws when it cannot be had here. */
  install(folder: string): Promise<void>;
  /** Starts its servers and one process a role; all of them end with `opened`. */
  open(place: PeerPlace): Promise<OpenPeer>;
}

export interface PeerPlace {
  /** Where it was installed. */
  readonly folder: string;
  /** An empty folder for what it stores. */
  readonly store: string;
  readonly opened: AsyncDisposableStack;
}

export interface OpenPeer {
  /** Starts tasks and sees them end. */
  readonly client: WorkerProcess;
  /** Its processes, by name. */
  readonly probes: Probes;
}
