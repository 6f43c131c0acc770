/**
 * The hop protocol (DESIGN §5): one actor handles one message as a transaction over the task log.
 *
 *   message.ts    which hop, and which segment of it, a delivered record drives
 *   settle.ts     is its work done already? then its outputs are completed and it is acked
 *   claim.ts      otherwise, unless it is the first delivery: claim the hop, then read its journal (replay.ts), or record a reply (join.ts)
 *   segment.ts    run the handler (attempt.ts, context.ts, effects.ts, wait.ts, state.ts) and store its one commit (commit.ts, outputs.ts)
 *   writer.ts     every write carries the fence, the sequence of the hop's last own record; whoever lost the hop is refused and stops
 *   dead.ts       what cannot be handled is parked
 *
 * Correctness rests on the fence and on write-once subjects alone, never on clocks, leases, acks or delivery counts.
 */
import { traceFields } from "../contracts/trace-context.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Delivery } from "../log/task-log.ts";
import { errorEvent } from "../telemetry/log-events.ts";
import { takeOver } from "./claim.ts";
import { parkHop } from "./dead.ts";
import { Execution } from "./execution.ts";
import type { HopEnd } from "./hop-end.ts";
import { HopSpan } from "./hop-span.ts";
import { type Message, placeholder, readMessage, type Unreadable } from "./message.ts";
import type { HopPorts, HopRole } from "./ports.ts";
import { EMPTY_JOURNAL } from "./replay.ts";
import type { AbortCause, RunningHop } from "./running-hops.ts";
import { runSegment } from "./segment.ts";
import { Ended, Park, park, Restart } from "./signals.ts";
import { HopWriter } from "./writer.ts";

/** How long a message rests after the log did not answer in time. */
const UNAVAILABLE_DELAY_MS = 1_000;

/**
 * Executes one delivery to its end, and acks it or gives it back as the end demands. Never throws. May run any number of times for one
 * message, on any nodes, at once: the hop commits once, and every recorded effect is used once.
 */
export async function executeHop(delivery: Delivery, role: HopRole, ports: HopPorts): Promise<HopEnd> {
  const message = readMessage(delivery.record, role);
  const end = await ("problem" in message
    ? refuse(message, delivery, role, ports)
    : run(message, delivery, role, ports));
  if (ports.failpoint !== undefined && isDealtWith(end)) await ports.failpoint("before-ack");
  conclude(delivery, end, ports);
  return end;
}

async function run(message: Message, delivery: Delivery, role: HopRole, ports: HopPorts): Promise<HopEnd> {
  if (ports.running.hasEnded(message.task, message.hop)) return { kind: "ended" };
  const x = new Execution(message, role, ports, delivery.arrivedMs);
  // A continuation's span hangs under its wait, which is read first.
  if (ports.tracer !== undefined && x.segment === 0) beginSpan(x);
  const slot = ports.running.enter(runningHop(x, delivery));
  // A reply, a copy and a redelivery have to look first: somebody else may have been here.
  const mustLook = !delivery.isFirst || message.isAgain || message.kind === "reply";
  const end = await untilEnd(x, drive(x, mustLook));
  ports.running.leave(slot);
  x.leaveSuspects?.();
  x.span?.end(end);
  if (end.kind === "retry" || end.kind === "parked") tellFailure(x, end);
  x.stopped ??= end;
  return end;
}

function beginSpan(x: Execution): void {
  x.span = HopSpan.begin(x, x.trace);
  x.trace = x.span?.trace ?? x.trace;
}

function tellFailure(
  { place, role, ports, trace }: Execution,
  end: Extract<HopEnd, { kind: "retry" | "parked" }>,
): void {
  const isParked = end.kind === "parked";
  const event = errorEvent({ ...end.error, attempt: isParked ? undefined : end.attempt, isParked });
  ports.logger.warn(
    { ...event, task: place.task, hop: place.hop, node: role.node, ...traceFields(trace) },
    isParked ? "hop parked" : "hop failed; it is tried again",
  );
}

/** Parks a record that is no message under the hop that it would have had. */
async function refuse(
  { problem, at }: Unreadable,
  delivery: Delivery,
  role: HopRole,
  ports: HopPorts,
): Promise<HopEnd> {
  const { record } = delivery;
  ports.logger.error(
    { subject: record.subject, sequence: record.sequence, problem },
    "a mailbox record does not parse",
  );
  if (at === undefined) return { kind: "settled" };
  const x = new Execution(placeholder(at, record), role, ports, delivery.arrivedMs);
  const problemFound = park("malformed_record", problem, { subject: record.subject });
  return untilEnd(x, parkHop(x, new HopWriter(x), problemFound));
}

/** Looks, runs and commits, from the beginning whenever another executor's record got in between. */
async function drive(x: Execution, mustLook: boolean): Promise<HopEnd> {
  let writer = new HopWriter(x);
  let journal = EMPTY_JOURNAL;
  let look = mustLook;
  let known: Restart["last"] | undefined;
  let parked: Park | undefined;
  for (;;) {
    try {
      if (parked !== undefined) return await parkHop(x, writer, parked);
      if (look) journal = await takeOver(x, known);
      return await runSegment(x, writer, journal);
    } catch (thrown) {
      if (thrown instanceof Park) parked = thrown;
      else if (thrown instanceof Restart) {
        parked = undefined;
        writer = new HopWriter(x);
        look = true;
        known = thrown.last;
      } else throw thrown;
    }
  }
}

async function untilEnd(x: Execution, work: Promise<HopEnd>): Promise<HopEnd> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Ended) return thrown.end;
    const { task, hop } = x.place;
    x.ports.logger.error({ task, hop, err: thrown }, "a hop failed outside of its handler");
    return { kind: "unavailable", reason: messageOf(thrown) };
  }
}

function runningHop(x: Execution, delivery: Delivery): RunningHop {
  return {
    task: x.place.task,
    hop: x.place.hop,
    instance: x.role.instance,
    progress: x.progress,
    timeoutAtMs: x.startedMs + x.role.timeoutMs,
    workingAtMs: x.startedMs,
    working: () => delivery.working(),
    abort: (cause, why) => abort(x, cause, why),
  };
}

function abort(x: Execution, cause: AbortCause, why = ""): void {
  if (cause === "timeout" || cause === "stuck") {
    const reason = cause === "stuck" ? why : `it did not finish in ${x.role.timeoutMs} ms`;
    x.attempt?.fail(new TroupeError("handler_stuck", `the handler was aborted: ${reason}`));
    return;
  }
  x.stopped ??= END_OF_ABORT[cause];
  x.attempt?.stop(x.stopped);
}

const END_OF_ABORT: Readonly<Record<Exclude<AbortCause, "timeout" | "stuck">, HopEnd>> = {
  ended: { kind: "ended" },
  drain: { kind: "drained" },
  restarted: { kind: "drained" },
  disconnected: { kind: "dropped", reason: "NATS was gone for too long" },
};

/** Whether the message needs no other delivery. */
function isDealtWith({ kind }: HopEnd): boolean {
  return kind !== "dropped" && kind !== "drained" && kind !== "retry" && kind !== "unavailable";
}

function conclude(delivery: Delivery, end: HopEnd, ports: HopPorts): void {
  switch (end.kind) {
    case "dropped":
      return;
    case "drained":
      return delivery.giveBack();
    case "retry":
      return delivery.giveBack(end.delayMs);
    case "unavailable":
      ports.logger.warn({ subject: delivery.record.subject, reason: end.reason }, "the log did not take a hop in time");
      return delivery.giveBack(UNAVAILABLE_DELAY_MS);
    case "committed":
    case "waiting":
    case "joined":
    case "settled":
    case "parked":
    case "ended":
      return delivery.ack();
  }
}
