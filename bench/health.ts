/** `npm run bench:health`: how soon the supervisor says how the cluster is, beside half of the highest rate of tasks. */
import { setTimeout as timer } from "node:timers/promises";
import { RELAY_FILE } from "../test/support/relay-file.ts";
import { closedRate, pacedLoad } from "../test/support/soak.ts";
import { Stack } from "../test/support/stack.ts";
import { quantile } from "./statistics.ts";

const NODES = 3;
const LOAD_MINUTES = 0.25;
const ASK_EVERY_MS = 20;
const TIMEOUT_MS = 5_000;

/** Asks as `nats req` does, in an even rhythm, until the signal. */
async function askAgainAndAgain({ client, subjects }: Stack, signal: AbortSignal): Promise<readonly number[]> {
  const asked: Promise<number>[] = [];
  const ask = async () => {
    const beganMs = performance.now();
    await client.nc.request(subjects.supervisor("health"), "", { timeout: TIMEOUT_MS });
    return performance.now() - beganMs;
  };
  while (!signal.aborted) {
    asked.push(ask());
    await timer(ASK_EVERY_MS);
  }
  return Promise.all(asked);
}

async function main(): Promise<void> {
  await using stack = await Stack.start({ system: "health", nodes: NODES, systemFile: RELAY_FILE });
  const highest = await closedRate(stack);
  const over = new AbortController();
  const asking = askAgainAndAgain(stack, over.signal);
  const load = await pacedLoad(stack, highest / 2, LOAD_MINUTES, () => undefined);
  over.abort();
  const answersMs = await asking;
  const [p50, p99, max] = [0.5, 0.99, 1].map((q) => quantile(answersMs, q).toFixed(1));
  console.log("| tasks/s | of | answers | p50 ms | p99 ms | max ms |\n| --- | --- | --- | --- | --- | --- |");
  const rate = load.ended / (LOAD_MINUTES * 60);
  console.log(`| ${rate.toFixed(0)} | ${highest.toFixed(0)} | ${answersMs.length} | ${p50} | ${p99} | ${max} |`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
