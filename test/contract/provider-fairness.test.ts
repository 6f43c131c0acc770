/** One provider's limit, shared by two nodes and fair between tenants: real services on a real server, counted at the model itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelSettings, modelServices, systemModels } from "@troupe/agents/internal";
import {
  type BrokerHandler,
  type Json,
  SystemManifest,
  systemClock,
  systemRandom,
  type TaskId,
} from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";
import { startLimitedModel } from "../support/limited-model.ts";
import { silentLogger } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));
const MODELS = { m: { model: "m" } };
const MANIFEST = SystemManifest.parse({
  name: "asking",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
  models: MODELS,
  budgets: { user: {} },
});
const PER_SECOND = 12;
/** A full bucket serves whoever comes first: what counts begins when it is empty, and both nodes have heard what the limit is. */
const AT_FIRST = 36;
const MEASURED = 120;
const FAIR_WITHIN_MS = 150_000;
const FAIR = 0.95;
/** Of everything: first come, first served would leave a light tenant a thirtieth of its share. */
const FAIR_IN_ALL = 0.7;
const LIGHT = ["light-1", "light-2"];
/** Callers at once, of each tenant. */
const CALLERS = { flood: 600, light: 6 };

test("a tenant at a hundred times the load leaves the others at least 95 % of their fair share of the provider's limit", async (t) => {
  await using model = await startLimitedModel(PER_SECOND);
  const cluster = await TestCluster.start();
  t.after(() => cluster.stop());
  const deployment = await cluster.deploy("v1", SYSTEM, MANIFEST);
  process.env["TROUPE_MODEL_MODE"] = "live";
  process.env["OPENAI_BASE_URL"] = model.url;
  const settings = loadModelSettings();
  const open = systemModels();
  const nodes = ["n1", "n2"].map((node) => {
    const services = new Map<string, BrokerHandler>();
    for (const service of modelServices(settings)) {
      const handler = service.open({
        openLink: () => cluster.link("node"),
        subjects: cluster.subjects,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        node,
        incarnation: "life1",
        deploymentOf: () => Promise.resolve(deployment),
      });
      services.set(service.name, handler);
    }
    return services;
  });
  const over = new AbortController();
  t.after(() => over.abort());
  const callAgainAndAgain = async (tenant: string, task: TaskId, at: number): Promise<void> => {
    const node = nodes[at % nodes.length] ?? assert.fail("no node");
    const caller = { version: "v1", role: "a", task, incarnation: `host of ${at % nodes.length}` };
    const client = open("m", MODELS);
    while (!over.signal.aborted) {
      const scope = {
        idempotencyKey: tenant,
        signal: over.signal,
        ask: async (service: string, body: Json) =>
          (node.get(service) ?? assert.fail(`no ${service}`)).ask(caller, body),
      };
      // What has to wait for too long, or is refused too often, comes again as a task would.
      await client
        .complete({ messages: [{ role: "user", content: tenant }], maxOutputTokens: 10 }, scope)
        .catch(() => undefined);
    }
  };
  const tasks = new Map<string, TaskId>();
  for (const tenant of ["flood", ...LIGHT])
    tasks.set(tenant, await cluster.submit("v1", "a", { service: "x", body: 1 }, tenant));
  const callers: Promise<void>[] = [];
  for (const [tenant, task] of tasks) {
    const count = tenant === "flood" ? CALLERS.flood : CALLERS.light;
    for (let at = 0; at < count; at++) callers.push(callAgainAndAgain(tenant, task, at));
  }
  // A machine that stands still gives several turns at once to whoever happens to wait; a queue that is not fair has no fair stretch at all.
  let from = AT_FIRST;
  const served = (upTo?: number) => model.log.filter(({ isRefused }) => !isRefused).slice(from, upTo);
  const leastShare = (calls: ReturnType<typeof served>): number => {
    // The ends of the stretch may cut off one call.
    const fairShare = calls.length / (LIGHT.length + 1);
    const shares = LIGHT.map((tenant) => (calls.filter(({ text }) => text === tenant).length + 1) / fairShare);
    t.diagnostic(`of ${calls.length} calls light tenants got ${shares.map((share) => share.toFixed(3)).join(", ")}`);
    return Math.min(...shares);
  };
  await until("a fair stretch", FAIR_WITHIN_MS, async () => {
    const stretch = served(from + MEASURED);
    if (stretch.length < MEASURED) return false;
    from += MEASURED;
    return leastShare(stretch) >= FAIR;
  });
  from = AT_FIRST;
  assert.ok(leastShare(served()) >= FAIR_IN_ALL, "the stretches that the machine spoilt were unfair beyond measure");
  over.abort();
  for (const node of nodes) for (const handler of node.values()) await handler.close();
  await Promise.all(callers);
});
