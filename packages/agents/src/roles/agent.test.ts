import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { assembleSystem } from "@troupe/runtime/internal";
import { createFakeContext, type FakeContext } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import type { ModelClient } from "../models/model.ts";
import { offline, scripted } from "../testing/test-models.ts";
import { tool } from "../tools/tool.ts";
import { agentWith } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { OpenModel } from "./agent-ports.ts";
import { recall } from "./session-memory.ts";

type Options = AgentOptions<string, string>;
const BASE: Options = { model: "fast", instructions: "Do your part." };

function run(open: OpenModel, options: Partial<Options>, message: Parameters<typeof receive>[2], ctx: FakeContext) {
  return receive(open, options, message, ctx);
}
function receive(
  open: OpenModel,
  options: Partial<Options>,
  message: string | { readonly input: string },
  ctx: FakeContext,
) {
  return agentWith<string, string>({ ...BASE, ...options }, open)
    .create()
    .receive(message, ctx);
}

test("a role that decides hands the message on as it came, with its reason", async () => {
  const { open, server } = await offline();
  const ctx = createFakeContext({ role: "router" });
  const outcome = await run(
    open,
    { route: ["planner", "developer"], decidesOnly: true, temperature: 0.1 },
    "fix a bug",
    ctx,
  );
  assert.deepEqual(outcome, {
    outcome: "forward",
    to: "developer",
    body: { input: "fix a bug", history: [], note: "A small piece of development, clear enough to start." },
  });
  assert.deepEqual(ctx.tokens, []);
  assert.deepEqual(
    ctx.steps.map(({ name, effect }) => [name, effect]),
    [["model:fast", "repeat"]],
  );
  assert.ok((ctx.steps[0]?.usage?.inputTokens ?? 0) > 0);
  assert.equal(server.requests[0]?.role, "router");
});

test("a role that contributes shows its words, not its JSON, and adds a turn", async () => {
  const { open } = await offline();
  const ctx = createFakeContext({ role: "planner" });
  const outcome = await run(open, { route: ["developer", "reviewer"] }, "build a shed", ctx);
  assert.ok(outcome.outcome === "forward");
  const body = z.object({ history: z.array(z.object({ role: z.string(), content: z.string() })) }).parse(outcome.body);
  assert.equal(body.history[0]?.role, "planner");
  assert.equal(ctx.tokens.join(""), body.history[0]?.content);
  assert.match(ctx.tokens.join(""), /^Plan for: build a shed\n/);
});

test("a fixed target gets plain text; client ends the task with it", async () => {
  const { open } = await offline();
  const outcome = await run(open, { to: "client" }, "What is new?", createFakeContext({ role: "writing" }));
  assert.ok(outcome.outcome === "complete");
  assert.match(JSON.stringify(outcome.body), /^"# What is new\?/);
});

test("an answer that does not parse escalates, with the reason", async () => {
  const { open } = await offline({ kind: "unparsable" });
  const outcome = await run(
    open,
    { route: ["planner", "client"], decidesOnly: true },
    "x",
    createFakeContext({ role: "router" }),
  );
  assert.ok(outcome.outcome === "escalate");
  assert.match(outcome.reason, /not JSON/);
});

test("an output schema is checked here, whatever the endpoint did", async () => {
  const output = z.object({ score: z.number().min(0).max(10) });
  const good = scripted({ content: '{"score": 7}' });
  assert.deepEqual(await run(good.open, { to: "client", output }, "x", createFakeContext()), {
    outcome: "complete",
    body: { score: 7 },
  });
  assert.ok(good.calls[0]?.answer?.schema["properties"] !== undefined);
  const bad = await run(
    scripted({ content: '{"score": 70}' }).open,
    { to: "client", output },
    "x",
    createFakeContext(),
  );
  assert.equal(bad.outcome, "escalate");
});

test("a called role answers its caller, whatever it chose", async () => {
  const { open } = scripted({ content: '{"content":"42","route_to":"client","reason":"r"}' });
  const outcome = await run(open, { route: ["client", "planner"] }, "x", createFakeContext({ isCalled: true }));
  assert.deepEqual(outcome, { outcome: "reply", body: "42" });
});

test("a role with nowhere to go can only be called", async () => {
  const outcome = await run(scripted({ content: "text" }).open, {}, "x", createFakeContext({ role: "oracle" }));
  assert.ok(outcome.outcome === "fail");
  assert.equal(outcome.error.code, "illegal_outcome");
});

test("a model that stays away or refuses fails the hop, without further retries", async () => {
  const away = await offline({ kind: "server_error" });
  const outcome = await run(away.open, { to: "client" }, "x", createFakeContext());
  assert.ok(outcome.outcome === "fail");
  assert.equal(outcome.error.code, "model_unavailable");
  assert.equal(away.server.requestCount, 2);
  const refusing = await offline({ kind: "refuse" });
  const refused = await run(refusing.open, { to: "client" }, "x", createFakeContext());
  assert.equal(refused.outcome === "fail" && refused.error.code, "model_refused");
});

test("an abort is thrown on, never turned into an outcome", async () => {
  const { open } = await offline({ kind: "stall" });
  const stop = new AbortController();
  const ctx = createFakeContext({ abortSignal: stop.signal });
  const begun = Promise.withResolvers<void>();
  const watched = { ...ctx, token: () => begun.resolve() };
  const outcome = Promise.resolve(
    agentWith<string, string>({ ...BASE, to: "client" }, open)
      .create()
      .receive("x", watched),
  );
  await begun.promise;
  stop.abort(new Error("the hop is lost"));
  await assert.rejects(outcome, /the hop is lost/);
});

test("in a session a role remembers what it was asked and what it said; without one it keeps nothing", async () => {
  const { open, calls } = scripted({ content: "first answer" }, { content: "second answer" });
  const first = createFakeContext({ session: "s" });
  await run(open, { to: "client" }, "first question", first);
  const state = await first.state.get<unknown>();
  const second = createFakeContext({ session: "s", state });
  await run(open, { to: "client" }, "second question", second);
  assert.deepEqual(
    calls[1]?.messages.slice(1).map((message) => message.content),
    ["Task:\nfirst question", "first answer", "Task:\nsecond question"],
  );
  const alone = createFakeContext();
  await run(open, { to: "client" }, "third question", alone);
  assert.equal(await alone.state.get(), undefined);
});

test("a memory is bounded, and one of another form is passed over", async () => {
  const { open, calls } = scripted({ content: "a" });
  let state: unknown = { something: "else" };
  for (let task = 0; task < 12; task++) {
    const ctx = createFakeContext({ session: "s", state });
    await run(open, { to: "client" }, `question ${task}`, ctx);
    state = await ctx.state.get();
  }
  assert.equal(calls[0]?.messages.length, 2);
  assert.equal(calls[11]?.messages.length, 2 + 2 * 10);
});

test("what is remembered never takes more than its share of the window", async () => {
  const exchanges = Array.from({ length: 4 }, (_, index) => ({
    prompt: `question ${index}`,
    answer: "hello ".repeat(50),
  }));
  const ctx = createFakeContext({ session: "s", state: { exchanges } });
  const messages = await recall(ctx, 130);
  assert.deepEqual(
    messages.filter(({ role }) => role === "user").map(({ content }) => content),
    ["question 2", "question 3"],
  );
});

test("a missing price is said in the log, not hidden", async () => {
  const { open } = scripted({ content: "text" });
  const unpriced: OpenModel = (alias, declared) => ({ ...open(), isPriced: false, alias, declared }) as ModelClient;
  const ctx = createFakeContext();
  await run(unpriced, { to: "client" }, "x", ctx);
  assert.deepEqual(
    ctx.logged.map(({ level }) => level),
    ["warn"],
  );
});

const named = (name: string) =>
  tool({ name, description: "", permission: "READ", parameters: z.object({}), run: () => "done" });

test("everything that is wrong with an agent in its system is told at once", () => {
  const { open } = scripted();
  const assembled = assembleSystem({
    name: "s",
    graph: { client: ["a"], a: ["client", "human"] },
    roles: {
      a: agentWith<string, string>(
        {
          model: "huge",
          instructions: " ",
          route: ["client", "human", "b"],
          decidesOnly: true,
          output: z.string(),
          temperature: 3,
          maxIterations: 0,
          tools: [named("look"), named("look"), named("has space")],
        },
        open,
      ),
    },
  });
  assert.ok(!assembled.ok);
  assert.deepEqual(
    assembled.problems.map(({ path }) => path),
    [
      "roles.a.model",
      "roles.a.instructions",
      "roles.a.output",
      "roles.a.route[1]",
      "roles.a.route[2]",
      "roles.a.temperature",
      "roles.a.maxIterations",
      "roles.a.tools[1]",
      "roles.a.tools[2]",
    ],
  );
});

test("an agent that addresses what is no edge is a compile error", async () => {
  const { agent } = await import("./agent.ts");
  const { defineSystem } = await import("@troupe/runtime");
  assert.throws(
    () =>
      defineSystem({
        name: "s",
        graph: { client: ["a"], a: ["client"] },
        roles: {
          // @ts-expect-error a has no edge to b
          a: agent({ model: "fast", instructions: "x", route: ["client", "b"] }),
        },
      }),
    (error) => TroupeError.is(error, "invalid_config") && /roles\.a\.route\[1\] \("b"\)/.test(error.message),
  );
});

test("a hop that was sent again on another model uses that one, and only that hop does", async () => {
  const opened: string[] = [];
  const { open } = scripted({ content: "done" });
  const role = agentWith<string, string>({ ...BASE, to: "client" }, (alias) => {
    opened.push(alias);
    return open();
  });
  const instance = role.create();
  const names: string[] = [];
  for (const model of ["advanced", undefined, "advanced"]) {
    const ctx = createFakeContext({ role: "writer", ...(model === undefined ? {} : { model }) });
    await instance.receive("hello", ctx);
    names.push(...ctx.steps.map(({ name }) => name));
  }
  assert.deepEqual(opened, ["advanced", "fast"]);
  assert.deepEqual(names, ["model:advanced", "model:fast", "model:advanced"]);
});
