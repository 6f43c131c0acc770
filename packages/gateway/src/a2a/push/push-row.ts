/** A push notification configuration as it is kept: where a task's updates go, how far that has come, and which gateway sends them. */
import {
  CasBucket,
  type Clock,
  type Link,
  type Logger,
  parseTaskId,
  type Subjects,
  type TaskId,
} from "@troupe/runtime/internal";
import { z } from "zod";

const text = (max: number) => z.string().max(max);

export const PushRow = z.strictObject({
  v: z.literal(1),
  task: z.custom<TaskId>((value) => typeof value === "string" && parseTaskId(value) !== undefined),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  url: text(2_048),
  /** Sent along, so that the receiver knows its own. */
  token: text(1_024),
  authentication: z.strictObject({ scheme: text(64), credentials: text(4_096) }).optional(),
  /** On whose behalf the task is read. */
  caller: z.strictObject({ tenant: text(256), isWalled: z.boolean() }),
  /** Sequence of the last record whose updates were taken. */
  sent: z.int().min(0),
  /** The gateway that sends; absent = nobody. */
  sender: text(64).optional(),
  /** Until when it is the sender without saying so again, ms since 1970. */
  untilMs: z.int().min(0),
});
export type PushRow = z.infer<typeof PushRow>;

export const keyOf = ({ task, id }: Pick<PushRow, "task" | "id">): string => `${task}.${id}`;

interface BucketPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The rows of all configurations: gateways alone read and write them. */
export const pushBucket = (ports: BucketPorts): CasBucket<PushRow> =>
  new CasBucket({ ...ports, bucket: "push", schema: PushRow });

/** Whether a gateway may begin to send: nobody does, or whoever did has not said so for too long. Pure. */
export const isFree = ({ sender, untilMs }: PushRow, nowMs: number): boolean =>
  sender === undefined || untilMs <= nowMs;
