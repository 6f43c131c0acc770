/**
 * Watching a task: hints and token chunks are core messages and may be lost, the log is the truth (DESIGN §7). On a hint, on reconnect
 * and at the end the records after the last one are read, so any gateway can go on where another stopped.
 */
import {
  type Link,
  type Subjects,
  type TaskEvent,
  TaskEventFeed,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { readJson } from "../ingress/read-json.ts";
import { behindWall, unknownTask } from "../task/known-task.ts";
import type { Caller } from "../task/task-api.ts";
import { isOutside, tenantOf } from "../task/tenant-wall.ts";
import type { HintListener } from "./hint-listener.ts";
import { acceptedOf, type TaskReader } from "./task-reader.ts";
import { TokenBuffer } from "./token-buffer.ts";
import { Wake } from "./wake.ts";

export interface WatchPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly reader: TaskReader;
  readonly hints: Pick<HintListener, "listen">;
  /** Calls back whenever the connection is back; returns how to stop that. */
  readonly onReconnect: (callback: () => void) => () => void;
}

export interface WatchOptions {
  /** Sequence of the last event that the watcher has; events up to it are left out. */
  readonly after?: number;
  readonly signal: AbortSignal;
}

/** A lost hint is made up for after so long. */
const POLL_MS = 5_000;
/** After the end was announced: how soon to look again when the replica that was asked does not have it yet. */
const LAGGING_MS = 50;
const TOKEN_CHUNKS = 1_000;

const TokenBody = z.object({ role: z.string().max(64), text: z.string() });

/**
 * The events of a task after `after`, until its end (then the last one is `done`) or until the signal aborts. Pulls: a slow watcher
 * holds back the reading of the log, and loses token chunks with a `gap` event. Throws `unknown_task`, also for a task that is not the
 * caller's to see.
 */
export async function* watchTask(
  ports: WatchPorts,
  caller: Caller,
  task: TaskId,
  options: WatchOptions,
): AsyncGenerator<TaskEvent> {
  const { after = 0, signal } = options;
  const wake = new Wake();
  const tokens = new TokenBuffer(TOKEN_CHUNKS);
  const hints = listen(ports, task, wake, tokens);
  try {
    const feed = await openFeed(ports, caller, task);
    let sent = after;
    while (!signal.aborted) {
      yield* takeTokens(tokens, sent);
      for await (const event of readOn(ports.reader, task, feed)) {
        // What is left of them comes before the end; a `gap` there must not bear the end's id.
        if (event.type === "done") yield* takeTokens(tokens, sent);
        if (!("id" in event) || event.id > after || event.type === "done") yield event;
        if (event.type === "done") return;
        if ("id" in event) sent = Math.max(sent, event.id);
      }
      await wake.wait(hints.isEndAnnounced() ? LAGGING_MS : POLL_MS, signal);
    }
  } finally {
    hints.stop();
  }
}

/** Throws `unknown_task` when neither the log nor the door knows the task, or it is behind the caller's wall. */
async function openFeed({ reader }: WatchPorts, caller: Caller, task: TaskId): Promise<TaskEventFeed> {
  const requireInside = (tenant: string | undefined) => {
    if (isOutside(caller, tenant)) throw behindWall(task);
  };
  // A task's first record is its start, which names the tenant.
  const first = await reader.records(task, 0).next();
  if (!first.done) {
    requireInside(tenantOf([first.value]));
    return new TaskEventFeed(task);
  }
  const order = await reader.waiting(task);
  if (order) {
    requireInside(order.tenant);
    return new TaskEventFeed(task, acceptedOf(order));
  }
  // It may have been started between the two reads.
  const again = await reader.records(task, 0).next();
  if (again.done) throw unknownTask(task);
  requireInside(tenantOf([again.value]));
  return new TaskEventFeed(task);
}

async function* readOn(reader: TaskReader, task: TaskId, feed: TaskEventFeed): AsyncGenerator<TaskEvent> {
  try {
    for await (const record of reader.records(task, feed.sequence)) {
      const event = feed.feed(record);
      if (event) yield event;
    }
  } catch (error) {
    // NATS is away for a while: the watch goes on where it was once it is back.
    if (!TroupeError.is(error, "unavailable")) throw error;
  }
}

function* takeTokens(tokens: TokenBuffer, sequence: number): Generator<TaskEvent> {
  const { chunks, lost } = tokens.take();
  if (lost > 0) yield { type: "gap", id: sequence, reason: `${lost} token chunks were dropped: the watcher is slow` };
  yield* chunks;
}

interface Hints {
  isEndAnnounced(): boolean;
  stop(): void;
}

function listen(
  { link, subjects, hints, onReconnect }: WatchPorts,
  task: TaskId,
  wake: Wake,
  tokens: TokenBuffer,
): Hints {
  let isEndAnnounced = false;
  const subscribe = (subject: string, take: (subject: string, body: Uint8Array) => void) =>
    link.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error) return;
        take(message.subject, message.data);
        wake.set();
      },
    });
  const subscriptions = [
    subscribe(subjects.doneEvent(task), () => {
      isEndAnnounced = true;
    }),
    subscribe(subjects.tokensOf(task), (subject, body) => {
      const hop = subjects.parseTokens(subject);
      const chunk = readToken(body);
      if (hop && chunk) tokens.push({ type: "token", role: chunk.role, hop, text: chunk.text });
    }),
  ];
  const stopHints = hints.listen(task, () => wake.set());
  const stopReconnects = onReconnect(() => wake.set());
  return {
    isEndAnnounced: () => isEndAnnounced,
    stop: () => {
      stopHints();
      stopReconnects();
      for (const subscription of subscriptions) if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
}

/** A chunk that does not parse is none: chunks may be lost anyway. */
function readToken(body: Uint8Array): z.infer<typeof TokenBody> | undefined {
  const parsed = TokenBody.safeParse(readJson(body));
  return parsed.success ? parsed.data : undefined;
}
