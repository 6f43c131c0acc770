/** The HTTP edge of a gateway on a real server. No node runs: the test writes records as a fake role. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Loose: each test says what it expects in it.
  readonly body: Record<string, unknown> & { task_id: string; error?: { code: string; param: string | null } };
}
async function call(
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : Buffer.from(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === "" ? {} : JSON.parse(text)) as Answer["body"],
  };
}
const submit = (task: Record<string, unknown>, headers?: Record<string, string>) =>
  call("POST", "/api/v1/tasks", JSON.stringify(task), headers);

interface SseEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: { type: string; task?: { status: string } };
}
/** Reads events until the stream ends, or until `enough` says so. */
async function readEvents(
  url: string,
  lastEventId?: string,
  enough: (event: SseEvent) => boolean = () => false,
): Promise<SseEvent[]> {
  const answer = await fetch(url, {
    headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
  });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /text\/event-stream/);
  const events: SseEvent[] = [];
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => line.split(/: (.*)/, 2) as [string, string]),
      );
      text = text.slice(end + 2);
      const data = fields.get("data");
      if (data === undefined) continue;
      const id = fields.get("id");
      const event = {
        event: fields.get("event") ?? "",
        data: JSON.parse(data) as SseEvent["data"],
        ...(id ? { id } : {}),
      };
      events.push(event);
      if (enough(event)) return events;
    }
  }
  return events;
}

test("a task is accepted with 202 and Location, and can be read there", async () => {
  const { status, headers, body } = await submit({ role: "router", input: "hello" });
  assert.equal(status, 202);
  assert.equal(headers.get("location"), `/api/v1/tasks/${body.task_id}`);
  assert.ok(headers.get("x-request-id"));
  const task = await call("GET", headers.get("location") ?? "");
  assert.equal(task.body["status"], "accepted");
});

test("an idempotency key works over HTTP and NATS alike", async () => {
  const one = await submit({ role: "router", input: "x" }, { "Idempotency-Key": '"k1"' });
  const two = await submit({ role: "router", input: "x" }, { "Idempotency-Key": "k1" });
  assert.equal(one.body.task_id, two.body.task_id);
  assert.equal((await submit({ role: "router", input: "y" }, { "Idempotency-Key": "k1" })).status, 409);
});

test("wrong requests get problem details with code, path and an OpenAI error", async () => {
  const rows: [string, string, string | Uint8Array | undefined, number, string][] = [
    ["POST", "/api/v1/tasks", "{broken", 400, "invalid_request"],
    ["POST", "/api/v1/tasks", "", 400, "invalid_request"],
    ["POST", "/api/v1/tasks", "[]", 400, "invalid_request"],
    ["POST", "/api/v1/tasks", '{"input":1}', 400, "invalid_request"],
    ["POST", "/api/v1/tasks", '{"role":"router","input":1,"x":1}', 400, "invalid_request"],
    ["POST", "/api/v1/tasks", '{"role":"planner","input":1}', 404, "unknown_role"],
    [
      "POST",
      "/api/v1/tasks",
      `{"role":"router","input":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      400,
      "invalid_request",
    ],
    ["POST", "/api/v1/tasks", Uint8Array.of(0xff, 0xfe), 400, "invalid_request"],
    ["GET", "/api/v1/tasks/nonsense", undefined, 400, "invalid_id"],
    ["GET", "/api/v1/tasks/0-v1-00000000000000000000000000", undefined, 404, "unknown_task"],
    ["GET", "/api/v1/tasks/0-v1-00000000000000000000000000/events", undefined, 404, "unknown_task"],
    ["GET", "/api/v1/tasks/7-v1-00000000000000000000000000", undefined, 404, "unknown_task"],
    ["POST", "/api/v1/tasks/%2E%2E%2F*/cancel", undefined, 400, "invalid_id"],
    ["DELETE", "/api/v1/tasks/0-v1-00000000000000000000000000", undefined, 404, "unknown_task"],
    ["PUT", "/api/v1/tasks/0-v1-00000000000000000000000000", undefined, 405, "invalid_request"],
    ["GET", "/api/v1/tasks/%zz", undefined, 400, "invalid_request"],
    ["GET", "/api/v1/tasks?limit=0", undefined, 400, "invalid_request"],
    ["GET", "/nowhere", undefined, 404, "invalid_request"],
    ["PUT", "/api/v1/tasks", "{}", 405, "invalid_request"],
    ["GET", "/api/v1/cluster", undefined, 503, "unavailable"],
  ];
  for (const [method, path, body, status, code] of rows) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path} ${String(body).slice(0, 40)}`);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.equal(answer.body["code"], code);
    assert.equal(answer.body["status"], status);
    assert.equal(answer.body.error?.code, code);
    assert.ok(!JSON.stringify(answer.body).includes("node_modules"), "no stack");
  }
  const { body } = await submit({ role: "router", input: 1, deadline_ms: 0 });
  assert.equal(body.error?.param, "deadline_ms");
  const wrong = await call("PATCH", "/api/v1/tasks");
  assert.deepEqual(wrong.headers.get("allow")?.split(", ").toSorted(), ["GET", "HEAD", "POST"]);
  assert.equal((await call("GET", "/api/v1/cluster")).headers.get("retry-after"), "1");
});

test("every method that a path does not take is refused, also those that bring a body", async () => {
  for (const method of ["PUT", "PATCH", "OPTIONS", "TRACE", "QUERY", "PROPFIND"]) {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const path = "/api/v1/tasks/0-v1-00000000000000000000000000";
      httpRequest(`${gateway.url}${path}`, { method }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
    assert.equal(status, 405, method);
  }
});

test("a body that says that it is no JSON is refused; what curl and browsers say of their own accord is taken", async () => {
  const task = { role: "router", input: "x" };
  for (const type of ["application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain"])
    assert.equal((await submit(task, { "Content-Type": type })).status, 202, type);
  for (const type of ["multipart/form-data; boundary=x", "application/xml", "text/html", "json"]) {
    const refused = await submit(task, { "Content-Type": type });
    assert.deepEqual([refused.status, refused.body["code"]], [415, "unsupported_media_type"], type);
  }
});

test("headers that are read have a form, and a wrong one is named", async () => {
  for (const [name, value] of [
    ["Idempotency-Key", ""],
    ["Idempotency-Key", "x".repeat(300)],
    ["Idempotency-Key", "\u00e9"],
  ] as const) {
    const { status, body } = await submit({ role: "router", input: "x" }, { [name]: value });
    assert.deepEqual([status, body.error?.param], [400, name], value);
  }
  const { body } = await submit({ role: "router", input: "x" });
  const events = await call("GET", `/api/v1/tasks/${body.task_id}/events`, undefined, { "Last-Event-ID": "x" });
  assert.deepEqual([events.status, events.body.error?.param], [400, "Last-Event-ID"]);
});

test("a body over 64 MiB is refused with the limit; one over 512 KiB goes by reference", async () => {
  const large = await submit({ role: "router", input: "x".repeat(700_000) });
  assert.equal(large.status, 202);
  const start = await bed.started(large.body.task_id);
  const body = JSON.parse(new TextDecoder().decode(start?.body)) as {
    $blob: { sha256: string; bytes: number; role: string };
  };
  assert.equal(body.$blob.bytes, 700_002);
  const chunk = await bed.core.nc.request(`$JS.API.DIRECT.GET.DEMO_BLOBS.demo.blob.client.${body.$blob.sha256}.1`, "", {
    timeout: 1_000,
  });
  assert.equal(chunk.data.length, 700_002 - 512 * 1024);
  const refused = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sending = httpRequest(
      `${gateway.url}/api/v1/tasks`,
      { method: "POST", headers: { "content-length": 70 * 1024 * 1024 } },
      (answer) => {
        let text = "";
        answer.on("data", (part: Buffer) => {
          text += part.toString();
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sending.on("error", reject);
    sending.flushHeaders();
  });
  assert.equal(refused.status, 413);
  assert.match(refused.text, /67108864/);
});

test("events come with the sequence as id and end with done", async () => {
  const { body } = await submit({ role: "router", input: "x" });
  const id = body.task_id;
  const reading = readEvents(`${gateway.url}/api/v1/tasks/${id}/events`);
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
  await bed.done(id);
  const events = await reading;
  assert.deepEqual(
    events.map(({ event }) => event),
    ["accepted", "forward", "done"],
  );
  assert.equal(events.at(-1)?.data.task?.status, "completed");
  const ids = events.map((event) => Number(event.id));
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
});

test("an event stream goes on at another gateway after the last event; one that has all gets 204", async () => {
  const { body } = await submit({ role: "router", input: "x" });
  const id = body.task_id;
  const [first] = await readEvents(`${gateway.url}/api/v1/tasks/${id}/events`, undefined, () => true);
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
  await bed.done(id);
  const other = await bed.gateway();
  const events = await readEvents(`${other.url}/api/v1/tasks/${id}/events`, first?.id);
  assert.deepEqual(
    events.map(({ event }) => event),
    ["forward", "done"],
  );
  const all = await fetch(`${other.url}/api/v1/tasks/${id}/events`, {
    headers: { "Last-Event-ID": events.at(-1)?.id ?? "" },
  });
  assert.equal(all.status, 204);
  const wrong = await fetch(`${other.url}/api/v1/tasks/${id}/events`, { headers: { "Last-Event-ID": "x" } });
  assert.equal(wrong.status, 400);
  await wrong.text();
});

test("deleting a task cancels it and points to it; who follows reads how it ended", async () => {
  const { body } = await call("POST", "/api/v1/tasks", JSON.stringify({ role: "router", input: "end me" }));
  const url = `${gateway.url}/api/v1/tasks/${body.task_id}`;
  const answer = await fetch(url, { method: "DELETE", redirect: "manual" });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), `/api/v1/tasks/${body.task_id}`);
  assert.deepEqual(await answer.json(), { task_id: body.task_id, status: "cancelled" });
  const { body: other } = await call("POST", "/api/v1/tasks", JSON.stringify({ role: "router", input: "end me too" }));
  const followed = await call("DELETE", `/api/v1/tasks/${other.task_id}`);
  assert.deepEqual([followed.status, followed.body["status"]], [200, "cancelled"]);
});

test("cancelling is confirmed; a task that has ended answers 409", async () => {
  const { body } = await submit({ role: "router", input: "x" });
  const cancelled = await call("POST", `/api/v1/tasks/${body.task_id}/cancel`);
  assert.equal(cancelled.status, 200);
  assert.equal(cancelled.body["status"], "cancelled");
  const ended = await submit({ role: "router", input: "x" });
  await bed.done(ended.body.task_id);
  assert.equal((await call("POST", `/api/v1/tasks/${ended.body.task_id}/cancel`)).status, 409);
});

test("probes tell parts; a gateway without a supervisor is degraded, not down", async () => {
  assert.equal((await call("GET", "/livez")).status, 200);
  assert.equal((await call("GET", "/readyz")).status, 200);
  const health = await call("GET", "/health");
  assert.equal(health.status, 200);
  assert.equal(health.body["status"], "degraded");
});

test("the OpenAPI document names every operation with its errors", async () => {
  const { body } = await call("GET", "/openapi.json");
  assert.equal(body["openapi"], "3.1.0");
  const paths = body["paths"] as Record<
    string,
    Record<string, { operationId: string; responses: Record<string, unknown> }>
  >;
  assert.equal(paths["/api/v1/tasks"]?.["post"]?.operationId, "submitTask");
  assert.ok(paths["/api/v1/tasks"]?.["post"]?.responses["409"]);
});

test("a stopping gateway ends its event streams at once", async () => {
  const doomed = await bed.gateway();
  const { body } = await submit({ role: "router", input: "x" });
  const reading = readEvents(`${doomed.url}/api/v1/tasks/${body.task_id}/events`);
  await readEvents(`${doomed.url}/api/v1/tasks/${body.task_id}/events`, undefined, () => true);
  await doomed.stop();
  assert.deepEqual(
    (await reading).map(({ event }) => event),
    ["accepted"],
  );
  await assert.rejects(fetch(`${doomed.url}/livez`));
});
