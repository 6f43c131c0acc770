import {
  createJetStreamLog,
  createPublisher,
  type Link,
  newTaskId,
  type Publisher,
  Subjects,
  startRecord,
  systemClock,
  systemRandom,
  type TaskId,
  type TaskOrder,
  type TraceContext,
  traceContextOf,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { ChainName, ChainSettings } from "../messages.ts";
import { allEnds, coreSubject, RELAY_VERSION, relayBody } from "../relay.ts";
import { benchTracer } from "./tracing.ts";

/** A slow machine makes slow figures, not failed ones. */
const ANSWER_LIMIT_MS = 30_000;

/** How a client starts a task of one chain and sees it end. */
export interface Starter {
  /** Resolves when the task has ended; rejects when it could not be started. */
  run(step: boolean): Promise<void>;
  close(): void;
}

const STARTERS: Readonly<Record<ChainName, (link: Link, subjects: Subjects) => Promise<Starter>>> = {
  core: coreStarter,
  raw: rawStarter,
  "raw-library": rawStarter,
  hop: hopStarter,
  traced: tracedStarter,
  accounts: hopStarter,
  start: doorStarter,
  "raw-fan-out": rawStarter,
  "fan-out": hopStarter,
};

/** Opens the starter of the settings' chain. */
export const openStarter = (link: Link, { chain, system }: ChainSettings): Promise<Starter> =>
  STARTERS[chain](link, new Subjects(system));

/** Tasks that wait for their end, by key; `ends` is the subject on which ends arrive, `keyOf` reads a key from one. */
async function waitingRoom(link: Link, ends: string, keyOf: (subject: string) => string) {
  const waiting = new Map<string, () => void>();
  const subscription = link.nc.subscribe(ends, {
    callback: (error, message) => {
      if (error) return;
      const key = keyOf(message.subject);
      const done = waiting.get(key);
      waiting.delete(key);
      done?.();
    },
  });
  await link.nc.flush();
  return {
    ended: (key: string) => new Promise<void>((resolve) => waiting.set(key, resolve)),
    close: () => subscription.unsubscribe(),
  };
}

const tokenAt = (index: number) => (subject: string) => subject.split(".", index + 1)[index] ?? "";
const bodyBytes = (step: boolean) => new TextEncoder().encode(JSON.stringify(relayBody(step)));

async function coreStarter(link: Link): Promise<Starter> {
  const inbox = `${link.inboxPrefix}.bench`;
  const room = await waitingRoom(link, `${inbox}.*`, tokenAt(inbox.split(".").length));
  const body = bodyBytes(false);
  let count = 0;
  return {
    run: () => {
      const key = String(++count);
      const ended = room.ended(key);
      link.nc.publish(coreSubject("a"), body, { reply: `${inbox}.${key}` });
      return ended;
    },
    close: room.close,
  };
}

/** The end of a task is seen when the role publishes it: the same for both chains, and no load on the server besides. */
async function rawStarter(link: Link, subjects: Subjects): Promise<Starter> {
  const room = await waitingRoom(link, allEnds(subjects), tokenAt(4));
  const publisher: Publisher = createPublisher(link, { timeoutMs: ANSWER_LIMIT_MS });
  const body = bodyBytes(false);
  return {
    run: async () => {
      const task = nextTask();
      const ended = room.ended(task);
      const outcome = await publisher.publish(subjects.start(task, "a"), body);
      if (outcome.kind !== "stored") throw new Error(`not started: ${outcome.kind}`);
      await ended;
    },
    close: () => {
      room.close();
      publisher.close();
    },
  };
}

/** As the gateway does it: a span for each request that the sampler takes, and its trace on the task's first message. */
async function tracedStarter(link: Link, subjects: Subjects): Promise<Starter> {
  const tracer = await benchTracer("traced", "door");
  return hopStarter(link, subjects, () => {
    const span = tracer?.startSpan("POST /api/v1/tasks");
    if (span?.isRecording() !== true) return undefined;
    span.end();
    return traceContextOf(span);
  });
}

async function hopStarter(link: Link, subjects: Subjects, traceOf: () => TraceContext | undefined = () => undefined) {
  const room = await waitingRoom(link, allEnds(subjects), tokenAt(4));
  const publisher = createPublisher(link, { timeoutMs: ANSWER_LIMIT_MS });
  const log = createJetStreamLog({ link, publisher, subjects });
  // What a caller has at hand; to make it anew for each task would count as the cost of starting one.
  const [plain, stepping] = [relayBody(false), relayBody(true)];
  return {
    run: async (step: boolean) => {
      const task = nextTask();
      const ended = room.ended(task);
      const nowMs = systemClock.nowMs();
      const order = {
        v: 1,
        task,
        mailbox: "a",
        input: step ? stepping : plain,
        acceptedAtMs: nowMs,
        tenant: "default",
        priority: "normal",
        requires: [],
        trace: traceOf(),
      } satisfies TaskOrder;
      const outcome = await log.append(startRecord(subjects, order, nowMs));
      if (outcome.kind !== "stored") throw new Error(`not started: ${outcome.kind}`);
      await ended;
    },
    close: () => {
      room.close();
      publisher.close();
    },
  };
}

const Accepted = z.object({ task_id: z.string() });

/** As a user's client does it: a request to the ingress; the end is the event that the gateways follow. */
async function doorStarter(link: Link, subjects: Subjects): Promise<Starter> {
  const ended = new Set<string>();
  const waiting = new Map<string, () => void>();
  // A fast task may end before the answer to its submission is here.
  const subscription = link.nc.subscribe(subjects.doneEvents(), {
    callback: (error, message) => {
      if (error) return;
      const task = subjects.parseDoneEvent(message.subject) ?? "";
      const done = waiting.get(task);
      waiting.delete(task);
      if (done) done();
      else ended.add(task);
    },
  });
  await link.nc.flush();
  const submit = subjects.tasks("a", "submit");
  const [plain, stepping] = [relayBody(false), relayBody(true)];
  return {
    run: async (step) => {
      const order = JSON.stringify({ input: step ? stepping : plain });
      const answer = await link.nc.request(submit, order, { timeout: 5_000 });
      const { task_id: task } = Accepted.parse(answer.json());
      if (!ended.delete(task)) await new Promise<void>((resolve) => waiting.set(task, resolve));
    },
    close: () => subscription.unsubscribe(),
  };
}

const nextTask = (): TaskId => newTaskId(0, RELAY_VERSION, systemClock, systemRandom);
