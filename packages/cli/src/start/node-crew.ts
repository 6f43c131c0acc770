import type { Clock } from "@troupe/runtime";
import { type ChildNode, type ChildNodeOptions, startChildNode } from "./child-node.ts";

const RESTART_MS = 1_000;
const RESTARTS_PER_MINUTE = 10;

/** The node processes of a local system. One that dies is started again, under the same name, a second later. */
export interface NodeCrew {
  readonly nodes: readonly string[];
  stop(limitMs: number): Promise<void>;
}

export interface NodeCrewOptions {
  readonly names: readonly string[];
  readonly clock: Clock;
  /** Settings of the node of this name. */
  readonly settingsOf: (name: string) => Omit<ChildNodeOptions, "onUnexpectedExit" | "name">;
  /** Told about each death. */
  readonly remark: (text: string) => void;
}

/** Whether a node that died may be started again, given when that was done before. */
export function mayRestart(past: readonly number[], nowMs: number): boolean {
  return past.filter((at) => nowMs - at < 60_000).length < RESTARTS_PER_MINUTE;
}

/** Starts the nodes. */
export function startNodeCrew({ names, clock, settingsOf, remark }: NodeCrewOptions): NodeCrew {
  const running = new Map<string, ChildNode>();
  const restarts = new Map<string, readonly number[]>();
  const timers = new Set<NodeJS.Timeout>();
  let isStopping = false;

  const start = (name: string) => {
    running.set(name, startChildNode({ ...settingsOf(name), name, onUnexpectedExit: died }));
  };
  const died = (name: string, code: number | null, signal: NodeJS.Signals | null) => {
    running.delete(name);
    if (isStopping) return;
    const past = restarts.get(name) ?? [];
    const nowMs = clock.monotonicMs();
    const why = signal ?? `exit code ${code}`;
    if (!mayRestart(past, nowMs)) return remark(`${name} ended again (${why}) and is left alone; see its log`);
    restarts.set(name, [...past, nowMs]);
    remark(`${name} ended (${why}); what it ran goes on elsewhere, it is started again`);
    const timer = setTimeout(() => {
      timers.delete(timer);
      start(name);
    }, RESTART_MS);
    timers.add(timer);
  };

  for (const name of names) start(name);
  return {
    nodes: names,
    stop: async (limitMs) => {
      isStopping = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...running.values()].map((node) => node.stop(limitMs)));
    },
  };
}
