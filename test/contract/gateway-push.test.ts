/** Push notifications of A2A on a real server: where they go, that they come at least once whichever gateway dies, and where they never go. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import type { TaskPushNotificationConfig } from "@a2a-js/sdk";
import { RequestMalformedError, TaskNotFoundError } from "@a2a-js/sdk/errors";
import type { Gateway } from "@troupe/gateway";
import { directGetAll } from "@troupe/runtime/internal";
import { connect, saying, taskOf } from "../support/a2a-client.ts";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { until } from "../support/stack.ts";

const LEASE_MS = 600;
let bed: GatewayBed;
let gateway: Gateway;
let hook: Server;
let url: string;
/** What the hook does with the next updates; then it takes them. */
let answers: number[] = [];
let got: { readonly body: Record<string, unknown>; readonly headers: NodeJS.Dict<string | string[]> }[] = [];

before(async () => {
  hook = createServer((request, response) => {
    void json(request).then((body) => {
      const status = answers.shift() ?? 204;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test says what it expects in it
      if (status < 300) got.push({ body: body as Record<string, unknown>, headers: request.headers });
      return response.writeHead(status).end();
    });
  }).listen(0, "127.0.0.1");
  await once(hook, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/updates`;
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await start();
});
beforeEach(() => {
  answers = [];
  got = [];
});
after(async () => {
  hook.close();
  await bed[Symbol.asyncDispose]();
});

const start = () => bed.gateway({ pushPrivateHosts: ["127.0.0.1"], pushLeaseMs: LEASE_MS });
const config = (change: Partial<TaskPushNotificationConfig> = {}): TaskPushNotificationConfig => ({
  tenant: "",
  id: "",
  taskId: "",
  url,
  token: "",
  authentication: undefined,
  ...change,
});
const begin = async (gatewayUrl = gateway.url) => {
  const client = await connect("JSONRPC", gatewayUrl);
  const task = taskOf(await client.sendMessage(saying("go", { returnImmediately: true })));
  return { client, id: task.id };
};
const statesOf = () =>
  got.flatMap(({ body }) => {
    const update = body["statusUpdate"] as { status: { state: string } } | undefined;
    return update ? [update.status.state] : [];
  });
const isFinished = async () => statesOf().includes("TASK_STATE_COMPLETED");

test("updates come as they happen, with the token and the credentials, and nothing is left when the task has ended", async () => {
  const { client, id } = await begin();
  const authentication = { scheme: "Bearer", credentials: "secret" };
  await client.createTaskPushNotificationConfig(config({ taskId: id, token: "mine", authentication }));
  await bed.write(id, hopOf(1), "router", "s.emit.0", writtenBy("n1"), { name: "news", data: "half way" });
  await until("progress was sent", 10_000, async () => JSON.stringify(got).includes("half way"));
  await bed.done(id, { result: "all of it" });
  await until("the end was sent", 10_000, isFinished);
  assert.ok(got.every(({ headers }) => headers["x-a2a-notification-token"] === "mine"));
  assert.ok(got.every(({ headers }) => headers["authorization"] === "Bearer secret"));
  assert.ok(got.some(({ body }) => JSON.stringify(body["artifactUpdate"] ?? "").includes("all of it")));
  await until("it is gone", 10_000, async () => {
    const { configs } = await client.listTaskPushNotificationConfig({
      tenant: "",
      taskId: id,
      pageSize: 0,
      pageToken: "",
    });
    return configs.length === 0;
  });
});

test("a configuration may come with the message; it is read, replaced and removed, over both bindings", async () => {
  const client = await connect("HTTP+JSON", gateway.url);
  const message = saying("go", { returnImmediately: true });
  if (message.configuration) message.configuration.taskPushNotificationConfig = config({ id: "one" });
  const { id } = taskOf(await client.sendMessage(message));
  const ref = { tenant: "", taskId: id, id: "one" };
  assert.equal((await client.getTaskPushNotificationConfig(ref)).url, url);
  await client.createTaskPushNotificationConfig(config({ taskId: id, id: "one", token: "new" }));
  const { configs } = await client.listTaskPushNotificationConfig({
    tenant: "",
    taskId: id,
    pageSize: 0,
    pageToken: "",
  });
  assert.deepEqual(
    configs.map(({ token }) => token),
    ["new"],
  );
  await client.deleteTaskPushNotificationConfig(ref);
  await assert.rejects(client.getTaskPushNotificationConfig(ref), TaskNotFoundError);
  await bed.done(id, { result: "x" });
});

test("what the receiver does not take is sent again, and what it refuses is not", async () => {
  const { client, id } = await begin();
  answers = [503];
  await client.createTaskPushNotificationConfig(config({ taskId: id }));
  await bed.done(id, { result: "at last" });
  await until("the end was sent", 15_000, isFinished);
  const refused = await begin();
  answers = [410, 410, 410];
  await refused.client.createTaskPushNotificationConfig(config({ taskId: refused.id }));
  await bed.done(refused.id, { result: "x" });
  await until("it was asked once", 10_000, async () => answers.length === 2);
});

test("when its gateway stops, another sends on; when it is killed, after its time is over", async () => {
  const other = await start();
  const { client, id } = await begin(other.url);
  await client.createTaskPushNotificationConfig(config({ taskId: id }));
  await bed.write(id, hopOf(1), "router", "s.emit.0", writtenBy("n1"), { name: "news", data: "first" });
  await until("the first was sent", 10_000, async () => JSON.stringify(got).includes("first"));
  await other.stop();
  // Whichever it was that sent: a row that names a gateway which is not there is one of a gateway that was killed.
  const row = bed.subjects.row("push", `${id}.default`);
  const ghost = {
    v: 1,
    task: id,
    id: "default",
    url,
    token: "",
    caller: { tenant: "default", isWalled: false },
    sent: 0,
  };
  const dead = JSON.stringify({ ...ghost, sender: "ghost", untilMs: Date.now() + LEASE_MS });
  await bed.core.nc.request(row, dead, { timeout: 2_000 });
  await bed.done(id, { result: "after all" });
  await until("the end was sent", 15_000, isFinished);
});

test("nothing goes where it must not: private addresses, other schemes, passwords; ids are bounded", async () => {
  const closed = await bed.gateway();
  const { client, id } = await begin(closed.url);
  for (const bad of [
    url,
    "https://127.0.0.1/",
    "https://[::1]/",
    "ftp://example.com/",
    "https://me:secret@example.com/",
    "x",
    "",
  ]) {
    await assert.rejects(
      client.createTaskPushNotificationConfig(config({ taskId: id, url: bad })),
      RequestMalformedError,
      bad,
    );
  }
  for (const badId of ["a.b", "*", ">", "x".repeat(65)]) {
    const asked = config({ taskId: id, id: badId, url: "https://example.com/" });
    await assert.rejects(client.createTaskPushNotificationConfig(asked), RequestMalformedError, badId);
  }
  const { status } = await call(closed.url, "POST", `/a2a/router/tasks/${id}/pushNotificationConfigs`, {
    body: { url: "http://169.254.169.254/latest" },
    headers: { "a2a-version": "1.0" },
  });
  assert.equal(status, 400);
  await bed.done(id, { result: "x" });
});

test("what names a task that is gone is gone itself", async () => {
  const task = "0-v1-00000000000000000000000000";
  const key = `${task}.default`;
  const row = { v: 1, task, id: "default", url, token: "", caller: { tenant: "default", isWalled: false } };
  await bed.core.nc.request(bed.subjects.row("push", key), JSON.stringify({ ...row, sent: 0, untilMs: 0 }), {
    timeout: 2_000,
  });
  const rows = pushRowsOf();
  await until("it is gone", 15_000, async () => !(await rows()).includes(key));
});

/** Keys of the rows that are there. */
const pushRowsOf = () => {
  const { core, subjects } = bed;
  const prefix = subjects.row("push", "");
  return async () => {
    const found = await directGetAll(core, subjects.bucketStream("push"), { filter: subjects.row("push", ">") });
    return found.filter(({ body }) => body.byteLength > 0).map(({ subject }) => subject.slice(prefix.length));
  };
};
