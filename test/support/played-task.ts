/** Tasks that a test plays itself: it writes what a router and a developer would, while a client waits at the gateway. */
import assert from "node:assert/strict";
import type { DoneBody, HopId, RecordHeader, TaskId } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, writtenBy } from "./gateway-bed.ts";
import { until } from "./stack.ts";

/** What the router of a played task used. */
const USAGE: RecordHeader = { ...writtenBy("n1"), usage: { inputTokens: 30, outputTokens: 12, costMicros: 0 } };

export const silent = async (): Promise<void> => undefined;

/** The next task that is started, as its start record shows it. */
export async function nextTask(
  bed: GatewayBed,
  begin: () => unknown,
): Promise<{ readonly id: string; readonly input: unknown }> {
  const subscription = bed.core.nc.subscribe("demo.log.*.*.*.start.client.m.send.*", { max: 1 });
  // A connection that a busy machine has lost meanwhile forgets who waits for its answer, and keeps the subscription.
  await until("the subscription at the server", 60_000, async () => {
    await bed.core.nc.flush();
    return true;
  });
  begin();
  for await (const message of subscription) return { id: message.subject.split(".")[4] ?? "", input: message.json() };
  throw new Error("the connection closed before a task was started");
}

/** Starts a call and plays its task: the router hands on, the developer speaks and ends. */
export async function play<T>(
  bed: GatewayBed,
  call: () => Promise<T>,
  speak: (id: string) => Promise<void>,
  body: Partial<DoneBody> = {},
) {
  let answer: Promise<T> | undefined;
  const { id, input } = await nextTask(bed, () => {
    answer = call();
    // Awaited below; a failing call must not end the test run before.
    answer.catch(() => undefined);
  });
  await bed.write(id, hopOf(1), "router", "m.send.developer", USAGE, 1);
  await speak(id);
  await bed.done(id, body);
  assert.ok(answer);
  return { id, input, answer };
}

export function say(bed: GatewayBed, id: string, role: string, hop: number, text: string): void {
  bed.core.nc.publish(bed.subjects.tokens(id as TaskId, hopOf(hop) as HopId), JSON.stringify({ role, text }));
}
/** Resolves when somebody listens to the task's tokens. */
export async function opened(bed: GatewayBed, id: string): Promise<void> {
  const deadline = performance.now() + 15_000;
  const subject = bed.subjects.tokens(id as TaskId, hopOf(9) as HopId);
  while (performance.now() < deadline) {
    const heard = await bed.core.nc.request(subject, "{}", { timeout: 250 }).then(
      () => true,
      (error: unknown) => !String(error).includes("no responders"),
    );
    if (heard) return;
  }
  throw new Error("nobody listens to the task's tokens");
}
