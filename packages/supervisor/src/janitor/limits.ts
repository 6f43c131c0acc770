import type { SupervisorSettings } from "../settings.ts";

/** When finished tasks leave the log. */
export interface JanitorLimits {
  readonly retainMs: number;
  readonly keepFinished: number;
  /** Most tasks of one round. */
  readonly batch: number;
}

const BATCH = 200;

export const janitorLimits = ({ retainMs, keepFinished }: SupervisorSettings): JanitorLimits => ({
  retainMs,
  keepFinished,
  batch: BATCH,
});
