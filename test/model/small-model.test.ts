import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { messageOf } from "@troupe/runtime";
import { z } from "zod";
import { fetchSmallModel, type SmallModel } from "./small-model.ts";
import { serveSmallModel } from "./small-model-server.ts";

const CLI = fileURLToPath(new URL("../../packages/cli/bin/troupe.js", import.meta.url));
const Outcome = z.object({
  status: z.string(),
  path: z.array(z.object({ role: z.string(), node: z.string(), ms: z.number() })),
  tokens: z.object({ total: z.number() }),
});

async function smallModelOrReason(): Promise<SmallModel | string> {
  try {
    return await fetchSmallModel();
  } catch (error) {
    return messageOf(error).split("\n", 1)[0] ?? "unknown";
  }
}

/** A task of the reference system is some three hundred tokens. */
const SLOWEST_TOKENS_PER_SECOND = 0.5;

it("the reference system runs on a real small model: nothing but base URL, key and model name changes", {
  timeout: 900_000,
}, async (t) => {
  const small = await smallModelOrReason();
  if (typeof small === "string") return t.skip(`the model cannot be had here: ${small}`);
  await using server = await serveSmallModel(small);
  const speed = `${server.tokensPerSecond.toFixed(1)} tokens a second`;
  if (server.tokensPerSecond < SLOWEST_TOKENS_PER_SECOND) return t.skip(`this machine is too busy: ${speed}`);
  const folder = await mkdtemp(join(tmpdir(), "troupe-small-model-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const began = performance.now();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [CLI, "start", "--live", "--once", "--json", "--memory", "Write a function that adds two numbers"],
    {
      cwd: folder,
      timeout: 800_000,
      env: { ...process.env, OPENAI_BASE_URL: server.url, OPENAI_API_KEY: "none-needed", TROUPE_MODEL: "smollm2" },
    },
  );
  const outcome = Outcome.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  t.diagnostic(`${outcome.status} by ${outcome.path.map(({ role }) => role).join(" → ")}`);
  t.diagnostic(
    `${server.answered} answers, ${outcome.tokens.total} tokens, ${Math.round((performance.now() - began) / 1_000)} s, at ${speed}`,
  );
  assert.equal(outcome.status, "completed");
  assert.equal(outcome.path[0]?.role, "router");
  assert.ok(server.answered >= 2, "the answers came from the model");
  assert.ok(outcome.tokens.total > 0);
});
