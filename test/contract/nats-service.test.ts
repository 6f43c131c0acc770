import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Msg } from "@nats-io/transport-node";
import { type Link, type Service, serve, TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";
import { silentLogger, startTestServer, type TestServer } from "../support/nats-server.ts";

let server: TestServer;
let link: Link;
let caller: Link;
let service: Service;
const calls: string[] = [];

before(async () => {
  server = await startTestServer();
  [link, caller] = await Promise.all([server.link("service"), server.link("caller")]);
  service = serve(link, {
    name: "tests",
    version: "1.2.3",
    description: "what the tests call",
    metadata: { part: "test" },
    logger: silentLogger,
    endpoints: {
      sum: {
        subject: "t.sum",
        handle: (request) => {
          const { a, b } = request.json(z.strictObject({ a: z.number(), b: z.number() }));
          request.respond({ sum: a + b });
        },
      },
      refuse: {
        subject: "t.refuse",
        handle: () => {
          throw new TroupeError("unknown_role", "no role “x”\nhere", { details: { role: "x" } });
        },
      },
      break: {
        subject: "t.break",
        handle: () => Promise.reject(new TypeError("secret inside")),
      },
      stream: {
        subject: "t.stream",
        handle: (request) => {
          for (let i = 0; i < 3; i++) request.chunk({ i });
          request.end();
        },
      },
      tiny: { subject: "t.tiny", maxBytes: 4, handle: (request) => request.respond({}) },
      large: { subject: "t.large", handle: (request) => request.respond("x".repeat(2 * 1024 * 1024)) },
      note: {
        subject: "t.note",
        handle: (request) => {
          calls.push(Buffer.from(request.body).toString());
          request.respond({});
        },
      },
    },
  });
  await link.nc.flush();
});
after(async () => {
  await service.stop();
  await Promise.all([link.close(), caller.close()]);
  await server.stop();
});

const ask = (subject: string, body = "") => caller.nc.request(subject, body, { timeout: 2_000 });
const errorOf = (message: Msg) => message.json<{ error: { code: string; message: string; details?: unknown } }>().error;

test("a request is answered with JSON", async () => {
  assert.deepEqual((await ask("t.sum", '{"a":1,"b":2}')).json(), { sum: 3 });
});

test("a body that does not fit is invalid_request with the path and reason of every problem, in body and headers", async () => {
  const answer = await ask("t.sum", '{"a":"x","c":1}');
  const error = errorOf(answer);
  assert.equal(error.code, "invalid_request");
  const paths = z
    .object({ problems: z.array(z.object({ path: z.string(), reason: z.string() })) })
    .parse(error.details);
  assert.deepEqual(paths.problems.map(({ path }) => path).toSorted(), ["(the whole body)", "a", "b"]);
  assert.equal(answer.headers?.get("Nats-Service-Error-Code"), "400");
  assert.ok(answer.headers?.get("Nats-Service-Error"));
});

test("garbage, deep nesting and an empty body are answered, not thrown", async () => {
  for (const body of ["{", "\u0000\u0001", "[".repeat(20_000), "", '{"__proto__":{"a":1}}']) {
    assert.equal(errorOf(await ask("t.sum", body)).code, "invalid_request");
  }
});

test("a thrown error of ours is answered with its code, details and HTTP status", async () => {
  const answer = await ask("t.refuse");
  assert.deepEqual(errorOf(answer), { code: "unknown_role", message: "no role “x”\nhere", details: { role: "x" } });
  assert.equal(answer.headers?.get("Nats-Service-Error-Code"), "404");
});

test("any other thrown error is answered without its text", async () => {
  const answer = await ask("t.break");
  assert.equal(answer.headers?.get("Nats-Service-Error-Code"), "500");
  assert.ok(!answer.string().includes("secret inside"));
});

test("an answer of several messages ends with an empty one", async () => {
  const parts: string[] = [];
  for await (const message of await caller.nc.requestMany("t.stream", "", { strategy: "sentinel", maxWait: 2_000 })) {
    parts.push(message.string());
  }
  assert.deepEqual(parts, ['{"i":0}', '{"i":1}', '{"i":2}', ""]);
});

test("bodies over an endpoint's limit and answers over the server's are body_too_large", async () => {
  const request = errorOf(await ask("t.tiny", "12345"));
  assert.deepEqual([request.code, request.details], ["body_too_large", { limit: 4 }]);
  assert.equal(errorOf(await ask("t.large")).code, "body_too_large");
});

test("a request whose reply is no inbox is not served: nobody steers answers into other subjects", async () => {
  const seen: string[] = [];
  caller.nc.subscribe("victim.>", { callback: (_error, message) => void seen.push(message.string()) });
  caller.nc.publish("t.note", "steered", { reply: "victim.log" });
  caller.nc.publish("t.note", "honest");
  await caller.nc.flush();
  await ask("t.note", "last");
  assert.deepEqual(calls, ["honest", "last"]);
  assert.deepEqual(seen, []);
});

const Ping = {
  name: z.literal("tests"),
  id: z.string().min(1),
  version: z.literal("1.2.3"),
  metadata: z.record(z.string(), z.string()),
};

test("PING, INFO and STATS answer by all, by name and by id, with every field of the protocol", async () => {
  const schemas = {
    PING: z.strictObject({ type: z.literal("io.nats.micro.v1.ping_response"), ...Ping }),
    INFO: z.strictObject({
      type: z.literal("io.nats.micro.v1.info_response"),
      ...Ping,
      description: z.string(),
      subjects: z.array(z.string()),
      endpoints: z.array(
        z.strictObject({ name: z.string(), subject: z.string(), queue_group: z.string(), metadata: z.object({}) }),
      ),
    }),
    STATS: z.strictObject({
      type: z.literal("io.nats.micro.v1.stats_response"),
      ...Ping,
      started: z.iso.datetime(),
      endpoints: z.array(
        z.strictObject({
          name: z.string(),
          subject: z.string(),
          queue_group: z.string(),
          num_requests: z.int(),
          num_errors: z.int(),
          last_error: z.string(),
          processing_time: z.int(),
          average_processing_time: z.int(),
        }),
      ),
    }),
  };
  for (const [verb, schema] of Object.entries(schemas)) {
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.tests`, `$SRV.${verb}.tests.${service.id}`]) {
      schema.parse((await ask(subject)).json());
    }
  }
});

test("statistics count requests and errors by endpoint", async () => {
  const read = async () => {
    const stats = (await ask("$SRV.STATS.tests")).json<{
      endpoints: { name: string; num_requests: number; num_errors: number; last_error: string }[];
    }>();
    return stats.endpoints.find(({ name }) => name === "refuse");
  };
  const earlier = await read();
  await ask("t.refuse");
  const later = await read();
  assert.equal((later?.num_requests ?? 0) - (earlier?.num_requests ?? 0), 1);
  assert.equal((later?.num_errors ?? 0) - (earlier?.num_errors ?? 0), 1);
  assert.ok(later?.last_error.includes("no role"));
});

test("two instances share the requests of an endpoint, and a stopped one gets none", async () => {
  const counts = [0, 0];
  const start = (index: 0 | 1) =>
    serve(link, {
      name: "twins",
      version: "1.0.0",
      description: "",
      logger: silentLogger,
      endpoints: {
        get: {
          subject: "twins.get",
          handle: (request) => {
            counts[index] = (counts[index] ?? 0) + 1;
            request.respond({});
          },
        },
      },
    });
  const [first, second] = [start(0), start(1)];
  await link.nc.flush();
  for (let i = 0; i < 40; i++) await ask("twins.get");
  assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 40);
  assert.ok(
    counts.every((count) => count > 0),
    `shared as ${counts.join(" and ")}`,
  );
  await first.stop();
  const soFar = counts[0];
  for (let i = 0; i < 10; i++) await ask("twins.get");
  assert.equal(counts[0], soFar);
  await second.stop();
});

test("stop waits for requests that are being answered", async () => {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const slow = serve(link, {
    name: "slow",
    version: "1.0.0",
    description: "",
    logger: silentLogger,
    endpoints: {
      get: {
        subject: "slow.get",
        handle: async (request) => {
          begin();
          await release;
          request.respond({ wasStopping: request.signal.aborted });
        },
      },
    },
  });
  await link.nc.flush();
  const answer = ask("slow.get");
  await began;
  const stopped = slow.stop();
  resolve();
  await stopped;
  assert.deepEqual((await answer).json(), { wasStopping: true });
});
