/** Events of the control plane: what it noticed or decided, with the reason. Stored for 30 days, streamed by `<sys>.supervisor.events`. */
import { z } from "zod";
import { CONTROL_VERSION } from "./control.ts";

/** Body of `<sys>.supervisor.events`. The answer is one message an event, `{type: "keep_alive"}` in between, and an empty one at the end. */
export const EventsRequest = z.strictObject({
  /** Only events after this one. Absent: the last `limit` ones. */
  after: z.int().min(0).optional(),
  /** Most events from the past when `after` is absent. Default 50. */
  limit: z.int().min(0).max(1_000).optional(),
  /** Goes on with what happens from now on, for an hour at most. Default false. */
  follow: z.boolean().optional(),
});
export type EventsRequest = z.infer<typeof EventsRequest>;

/** An event as it is streamed. */
export const StoredControlEvent = z.looseObject({
  v: z.literal(CONTROL_VERSION),
  /** Its place in the stream: what `after` names. */
  sequence: z.int().min(1),
  /** RFC 3339. */
  at: z.string(),
  /** `node.up`, `placement`, `alert.fired`, … */
  name: z.string(),
  about: z.string(),
  reason: z.string(),
});
export type StoredControlEvent = z.infer<typeof StoredControlEvent>;
