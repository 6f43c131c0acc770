import { after } from "node:test";
import { systemClock } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { loadModelSettings } from "../config/load.ts";
import { EndpointHealth } from "../models/endpoint-health.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "../models/model.ts";
import { createModelChain } from "../models/model-chain.ts";
import type { Fault } from "../models/offline/faults.ts";
import { startOfflineModel } from "../models/offline/server.ts";
import { createOpenAiModel } from "../models/openai-model.ts";
import { resolveModel } from "../models/registry.ts";
import { DEFAULT_MODEL_RETRY } from "../models/retry.ts";
import type { OpenModel } from "../roles/agent-ports.ts";

/** Models on a real offline server, over HTTP. */
export async function offline(...faults: readonly Fault[]) {
  const server = await startOfflineModel({ faults });
  after(() => server.close());
  const settings = loadModelSettings({ TROUPE_OFFLINE_URL: server.url });
  const retry = { ...DEFAULT_MODEL_RETRY, attempts: 2, baseMs: 1, factor: 1, maxMs: 1, retryAfterCapMs: 10 };
  const options = { clock: systemClock, random: seededRandom(1), retry, health: new EndpointHealth(systemClock) };
  const open: OpenModel = (alias, declared) =>
    createModelChain(alias, declared, (name) => createOpenAiModel(resolveModel(name, declared, settings), options));
  return { server, open };
}

/** A model that gives the listed answers one after the other. */
export function scripted(...answers: readonly Partial<ModelAnswer>[]) {
  const calls: ModelCall[] = [];
  const client: ModelClient = {
    windowTokens: undefined,
    isPriced: true,
    complete: async (call) => {
      calls.push(call);
      const usage = { inputTokens: 1, outputTokens: 1, costMicros: 1 };
      const empty = { content: "", refusal: null, toolCalls: [], finishReason: "stop", usage, model: "scripted" };
      return { ...empty, ...(answers[calls.length - 1] ?? answers.at(-1)) };
    },
  };
  return { calls, open: () => client };
}
