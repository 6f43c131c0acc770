import type { Round } from "../chaos/suite/evidence.ts";
import { toHistory } from "./history.ts";
import { subjects } from "./history-lines.ts";

/** A round of the fault suite in which nothing happened but what is given. */
export const calmRound = (change: Partial<Round>): Round => ({
  history: toHistory(subjects, []),
  accepted: [],
  strays: [],
  received: [],
  modelCalls: [],
  events: [],
  struck: [],
  turns: [],
  acts: [],
  followed: [],
  looks: [],
  tenantOf: new Map(),
  audit: { entries: [], findings: [] },
  spills: [],
  fallen: [],
  before: [],
  after: [],
  slowness: 1,
  queued: {},
  ...change,
});
