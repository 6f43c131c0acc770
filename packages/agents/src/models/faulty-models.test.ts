import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Json, type ModelSpec, systemClock, TroupeError } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { BudgetQuestion } from "../budgets/budget-messages.ts";
import { budgetedModel } from "../budgets/budgeted-model.ts";
import { loadModelSettings } from "../config/load.ts";
import { EndpointHealth } from "./endpoint-health.ts";
import type { ModelScope } from "./model.ts";
import { createModelChain } from "./model-chain.ts";
import { startOfflineModel } from "./offline/server.ts";
import { createOpenAiModel } from "./openai-model.ts";
import { resolveModel } from "./registry.ts";
import { DEFAULT_MODEL_RETRY } from "./retry.ts";

const RETRY = { ...DEFAULT_MODEL_RETRY, baseMs: 1, maxMs: 1, retryAfterCapMs: 50 };
const CALL = { messages: [{ role: "user" as const, content: "Task:\nhello" }] };
const scope = (change: Partial<ModelScope> = {}): ModelScope => ({
  idempotencyKey: "k",
  signal: new AbortController().signal,
  ...change,
});

/** A server with these aliases on it, by the model's name: `x!500` is one that fails. */
async function serve(models: Readonly<Record<string, ModelSpec>>, clock = systemClock) {
  const server = await startOfflineModel();
  after(() => server.close());
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: server.url });
  const options = { clock, random: seededRandom(1), retry: RETRY, health: new EndpointHealth(clock) };
  const open = (alias: string) =>
    createModelChain(alias, models, (name) =>
      budgetedModel(name, createOpenAiModel(resolveModel(name, models, settings), options), clock),
    );
  return { server, open };
}

/** What a node's budgets are told: which reservations are open, and what was settled. */
class Purse {
  readonly open = new Map<string, string>();
  readonly settled: { readonly model: string; readonly inputTokens: number; readonly outputTokens: number }[] = [];
  reserved = 0;

  readonly ask = async (service: string, body: Json): Promise<Json> => {
    if (service !== "budgets") throw new TroupeError("unavailable", `no ${service} here`, { details: { service } });
    const question = BudgetQuestion.parse(body);
    if (question.op === "reserve") {
      const reservation = `r${++this.reserved}`;
      this.open.set(reservation, question.model);
      return { reservation };
    }
    assert.ok("reservation" in question && question.op !== "renew");
    const model = this.open.get(question.reservation) ?? assert.fail(`${question.reservation} is not open`);
    this.open.delete(question.reservation);
    const { inputTokens = 0, outputTokens = 0 } = question.op === "settle" ? question : {};
    if (question.op === "settle") this.settled.push({ model, inputTokens, outputTokens });
    return null;
  };
}

interface Fault {
  /** What the offline model does, see `offline/faults.ts`. */
  readonly name: string;
  readonly what: string;
  readonly code: "model_unavailable" | "model_refused";
  /** Tries without another model, and with one. */
  readonly alone: number;
  readonly withFallback: number;
  readonly reason: RegExp;
  /** The one limit that this fault runs into; the others stay as they are, however slow the machine is. */
  readonly limits?: ModelSpec["limits"];
}
const FAULTS: readonly Fault[] = [
  {
    name: "429",
    what: "429 with a Retry-After that is too long",
    code: "model_unavailable",
    alone: 1,
    withFallback: 1,
    reason: /asks to wait 1 s/,
  },
  {
    name: "busy",
    what: "429 without Retry-After",
    code: "model_unavailable",
    alone: 4,
    withFallback: 1,
    reason: /busy/,
  },
  { name: "500", what: "500", code: "model_unavailable", alone: 4, withFallback: 2, reason: /500/ },
  { name: "refuse", what: "401", code: "model_refused", alone: 1, withFallback: 1, reason: /401/ },
  {
    name: "silent",
    what: "no first byte",
    code: "model_unavailable",
    alone: 4,
    withFallback: 2,
    reason: /did not begin to answer within/,
    limits: { firstTokenMs: 200 },
  },
  {
    name: "stall",
    what: "a stall",
    code: "model_unavailable",
    alone: 4,
    withFallback: 2,
    reason: /fell silent/,
    limits: { gapMs: 200 },
  },
  {
    name: "cut",
    what: "a broken connection",
    code: "model_unavailable",
    alone: 4,
    withFallback: 2,
    reason: /4 tries failed/,
  },
  { name: "garbage", what: "garbage", code: "model_unavailable", alone: 4, withFallback: 2, reason: /JSON/ },
  {
    name: "html",
    what: "another content type",
    code: "model_unavailable",
    alone: 4,
    withFallback: 2,
    reason: /broke off/,
  },
  {
    name: "endless",
    what: "an endless stream",
    code: "model_unavailable",
    alone: 1,
    withFallback: 1,
    reason: /did not end within/,
    limits: { answerMs: 300 },
  },
];

for (const { name, what, code, alone, withFallback, reason, limits } of FAULTS) {
  test(`${what}: tries ${alone}, then ${code}, refunded; with a fallback ${withFallback}, then its answer, which alone is paid`, async () => {
    const faulty: ModelSpec = { model: `x!${name}`, limits };
    const single = await serve({ a: faulty });
    const purse = new Purse();
    await assert.rejects(single.open("a").complete(CALL, scope({ ask: purse.ask })), (error) => {
      assert.ok(TroupeError.is(error, code), String(error));
      assert.match(error.message, reason);
      return true;
    });
    assert.equal(single.server.requestCount, alone);
    assert.deepEqual([purse.reserved, purse.open.size, purse.settled], [1, 0, []], "the call was not refunded");

    const chained = await serve({ a: { ...faulty, fallback: ["b"] }, b: { model: "y" } });
    let shown = "";
    const answer = await chained.open("a").complete(
      CALL,
      scope({
        ask: purse.ask,
        onToken: (text) => (shown += text),
        onRetry: () => (shown = ""),
        onFallback: () => (shown = ""),
      }),
    );
    assert.equal(answer.choice?.alias, "b");
    assert.equal(shown, answer.content);
    const { inputTokens, outputTokens } = answer.usage;
    assert.deepEqual([purse.open.size, purse.settled], [0, [{ model: "b", inputTokens, outputTokens }]]);
    assert.equal(chained.server.requests.filter(({ model }) => model !== "y").length, withFallback);
  });
}

test("an endpoint that keeps failing is left alone for 60 s, then tried once; who has a fallback is answered all the while", async () => {
  const clock = new ManualClock();
  const { server, open } = await serve({ a: { model: "x!500", fallback: ["b"] }, b: { model: "y" } }, clock);
  const model = open("a");
  const ask = async () => {
    const call = model.complete(CALL, scope({ onRetry: () => void clock.sleeping().then(() => clock.advance(1)) }));
    assert.equal((await call).choice?.alias, "b");
  };
  const failed = () => server.requests.filter(({ model: name }) => name === "x!500").length;
  for (let call = 0; call < 5; call++) await ask();
  assert.equal(failed(), 5);
  await clock.advance(60_000);
  await ask();
  assert.equal(failed(), 6);
});

test("an endpoint with a rate limit gets no request before its Retry-After is over, and no longer than the cap", async () => {
  const clock = new ManualClock();
  const { server, open } = await serve({ a: { model: "x!429", fallback: ["b"] }, b: { model: "y" } }, clock);
  const [first, second] = [open("a"), open("a")];
  const limited = () => server.requests.filter(({ model }) => model === "x!429").length;
  await first.complete(CALL, scope());
  await clock.advance(RETRY.retryAfterCapMs - 1);
  await second.complete(CALL, scope());
  assert.equal(limited(), 1);
  await clock.advance(1);
  await second.complete(CALL, scope());
  assert.equal(limited(), 2);
});
