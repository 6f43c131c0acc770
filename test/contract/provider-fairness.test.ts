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
const MEASURED_MS = 10_000;
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
  // A full bucket serves whoever comes first: what counts begins when it is empty, and both nodes know.
  await systemClock.sleep(2_000);
  const fromMs = performance.now();
  await systemClock.sleep(MEASURED_MS);
  const toMs = performance.now();
  over.abort();
  for (const node of nodes) for (const handler of node.values()) await handler.close();
  await Promise.all(callers);

  const served = model.log.filter(({ atMs, isRefused }) => atMs >= fromMs && atMs < toMs && !isRefused);
  const fairShare = served.length / (LIGHT.length + 1);
  // The ends of the window may cut off one call.
  const shares = LIGHT.map((tenant) => (served.filter(({ text }) => text === tenant).length + 1) / fairShare);
  t.diagnostic(
    `${served.length} served, ${model.log.filter(({ isRefused }) => isRefused).length} refused in all, in ${MEASURED_MS} ms; shares ${shares.map((share) => share.toFixed(3)).join(", ")}`,
  );
  assert.ok(served.length >= 0.5 * PER_SECOND * (MEASURED_MS / 1_000), `only ${served.length} were served`);
  for (const share of shares) assert.ok(share >= 0.95, `a light tenant got ${share} of its fair share`);
});
