import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import { connectTroupe, type TroupeClient } from "@troupe/runtime";
import {
  ApprovalView,
  callService,
  createLogger,
  createPublisher,
  type Link,
  openLink,
  PLACE_OF_USER,
  startPull,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { Stack, until } from "../../test/support/stack.ts";
import { quantile } from "../statistics.ts";
import type { Figure } from "./finding.ts";
import { sharedClockMs } from "./shared-clock.ts";

const SYSTEM_FILE = fileURLToPath(new URL("./approving-system.ts", import.meta.url));
const LIMIT_MS = 30_000;
const WARM_UP = 20;
const RAW_STREAM = "BENCH_RAW";
const RAW_SUBJECT = "bench.raw";

/** From a person's decision until the handler runs again, in a whole system; beside each a bare publish until its delivery. */
export async function approvals(count: number): Promise<readonly Figure[]> {
  await using stack = await Stack.start({ system: "bench-approval", nodes: 1, systemFile: SYSTEM_FILE });
  await using opened = new AsyncDisposableStack();
  const { server, subjects } = stack;
  const { inboxPrefix } = PLACE_OF_USER.operator;
  const logger = createLogger({ name: "bench", level: "warn" });
  const seed = server.seedOf("operator");
  const operator = await openLink({ servers: server.url, name: "bench", seed, inboxPrefix, logger });
  opened.defer(() => operator.close());
  const client = await connectTroupe({ url: server.url, system: subjects.system });
  opened.defer(() => client.close());
  const raw = await openRaw(stack.core, opened);
  const ask = (verb: "show" | "decide", body: object) => callService(operator, subjects.approvalVerb(verb), body);
  const [resumed, delivered]: [number[], number[]] = [[], []];
  for (let number = -WARM_UP; number < count; number++) {
    const pair = [await resumeMs(client, ask, number), await raw()] as const;
    if (number < 0) continue;
    resumed.push(pair[0]);
    delivered.push(pair[1]);
  }
  const median = quantile(resumed, 0.5);
  return [
    { what: "approval: from the decision until the handler runs again, median", value: median, unit: "ms" },
    { what: "approval: the same, 99th percentile", value: quantile(resumed, 0.99), unit: "ms" },
    { what: "raw JetStream: from a publish until its delivery, median", value: quantile(delivered, 0.5), unit: "ms" },
    { what: "raw JetStream: the same, 99th percentile", value: quantile(delivered, 0.99), unit: "ms" },
    { what: "ratio of the medians", value: median / quantile(delivered, 0.5), unit: "" },
  ];
}

type AskApprovals = (verb: "show" | "decide", body: object) => Promise<unknown>;

/** One task that waits for a person, who decides. */
async function resumeMs(client: TroupeClient, ask: AskApprovals, number: number): Promise<number> {
  const { task_id: task } = await client.submit("asker", { number });
  let view: ApprovalView | undefined;
  await until(`${task} to wait for a person`, LIMIT_MS, async () => {
    view = ApprovalView.parse(await ask("show", { approval_id: task }));
    return true;
  });
  if (view === undefined) throw new Error(`${task} waits for nobody`);
  const decidedMs = sharedClockMs();
  await ask("decide", { approval_id: view.approval_id, hash: view.hash, verdict: "approve" });
  const { result } = await client.result(task, { signal: AbortSignal.timeout(LIMIT_MS) });
  return z.number().parse(result) - decidedMs;
}

/** A publish on a stream of the same server, and a consumer that takes it. */
async function openRaw(link: Link, opened: AsyncDisposableStack): Promise<() => Promise<number>> {
  const manager = await jetstreamManager(link.nc);
  await manager.streams.add({ name: RAW_STREAM, subjects: [`${RAW_SUBJECT}.>`], max_msgs_per_subject: 1 });
  await manager.consumers.add(RAW_STREAM, { durable_name: "raw", ack_policy: "explicit" });
  const publisher = createPublisher(link);
  opened.defer(() => publisher.close());
  const logger = createLogger({ name: "bench-raw", level: "warn" });
  let arrived = Promise.withResolvers<number>();
  const run = async (message: { ack(): void }): Promise<void> => {
    arrived.resolve(sharedClockMs());
    message.ack();
    return Promise.resolve();
  };
  const loop = startPull({ link, stream: RAW_STREAM, durable: "raw", slots: 8, run, logger });
  opened.defer(() => loop.stop());
  let number = 0;
  return async () => {
    arrived = Promise.withResolvers<number>();
    const publishedMs = sharedClockMs();
    const outcome = await publisher.publish(`${RAW_SUBJECT}.${number++}`, Buffer.from("{}"));
    if (outcome.kind !== "stored") throw new Error(`not stored: ${outcome.kind}`);
    return (await arrived.promise) - publishedMs;
  };
}
