/** Tasks that ask for an actor with little to do, at gateways on a real server; the test says how busy the actors are. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Link, serve } from "@troupe/runtime/internal";
import { z } from "zod";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { silentLogger } from "../support/nats-server.ts";
import { eventually, plainRequest } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;
const loads: Record<string, number> = { "v1/router/0": 1, "v1/router/1": 0.9 };
let stop: () => Promise<void>;
const actors = () =>
  Object.entries(loads).map(([id, load]) => ({ id, node: "n1", state: "busy", load, concurrency: 10 }));

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1", { inFlight: 100 });
  const service = serve(bed.core, {
    name: "supervisor",
    version: "0.1.0",
    description: "stands for the leader",
    logger: silentLogger,
    endpoints: {
      actors: {
        subject: bed.subjects.supervisor("actors"),
        handle: (request) => request.respond({ actors: actors() }),
      },
    },
  });
  stop = () => service.stop();
  await bed.gateway({ backlogLimit: 4 });
  client = await bed.client();
});
after(async () => {
  await stop();
  await bed[Symbol.asyncDispose]();
});

const submit = (request: object) =>
  plainRequest(client, "demo.tasks.router.submit", JSON.stringify({ input: "x", ...request }));
const View = z.object({ status: z.string(), waiting_reason: z.string().optional() });
const get = async (id: string) => View.parse((await plainRequest(client, "demo.task.get", id)).body);

test("a task waits while every actor is busier than it allows, says why, and begins once one is not; others overtake it", async () => {
  const waiting = (await submit({ max_load: 0.8 })).body.task_id;
  assert.deepEqual(await get(waiting), {
    status: "accepted",
    waiting_reason: "no actor of router has a load of 80 % or less; the least has v1/router/1 with 90 %",
  });
  const other = (await submit({})).body.task_id;
  assert.ok(await bed.started(other), "a task that asks for nothing begins at once");
  const content = (await submit({ max_load: 0.9 })).body.task_id;
  assert.ok(await bed.started(content), "so does one that is content with what there is");
  assert.equal(await bed.started(waiting), undefined);
  loads["v1/router/0"] = 0.8;
  await eventually(() => bed.started(waiting));
});

test("a waiting task survives its gateway; when nobody knows how busy actors are it is let through", async () => {
  loads["v1/router/0"] = 1;
  const waiting = (await submit({ max_load: 0.5 })).body.task_id;
  assert.equal(await bed.started(waiting), undefined);
  await bed.stopGateways();
  await stop();
  await bed.gateway();
  await eventually(() => bed.started(waiting));
});

test("a limit that is none, or that cannot hold, is refused with its path", async () => {
  for (const [request, path] of [
    [{ max_load: 1.5 }, "max_load"],
    [{ max_load: "0.8" }, "max_load"],
    [{ max_load: 0.8, session: "s" }, "max_load"],
  ] as const) {
    const { body, code } = await submit(request);
    assert.equal(code, "400");
    assert.match(body.error?.message ?? "", new RegExp(path));
  }
});
