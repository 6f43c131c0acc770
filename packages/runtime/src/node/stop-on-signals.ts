import type { RunningNode } from "./running-node.ts";

/** What sends signals: the process. */
export interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
}

/** Conventional exit code of a process that was interrupted. */
const INTERRUPTED = 130;

/** The first signal drains the node, the second one stops it now. Of a drained node `done` is 0, of a stopped one 130. */
export function stopOnSignals(node: RunningNode, source: SignalSource, drainLimitMs?: number): void {
  let isDraining = false;
  const onSignal = () => {
    if (isDraining) return void node.stop(INTERRUPTED);
    isDraining = true;
    return void node.drain(drainLimitMs);
  };
  source.on("SIGTERM", onSignal);
  source.on("SIGINT", onSignal);
}
