import type { Heartbeat } from "@troupe/runtime/internal";

/** What an idle node with 64 slots says of itself, but for what the test is about. */
export const heartbeatOf = (changes: Pick<Heartbeat, "sequence"> & Partial<Heartbeat>): Heartbeat => ({
  v: 1,
  node: "n1",
  incarnation: "i1",
  labels: {},
  capabilities: [],
  slots: 64,
  busy: 0,
  load: 0,
  memoryBytes: 1,
  loopP99Ms: 1,
  isDraining: false,
  actors: [],
  ...changes,
});
