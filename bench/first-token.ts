/**
 * `npm run bench:first-token`: how long after the model has sent its first token a caller has it, over NATS and over HTTP, in the same run.
 * Supervisor, gateway and two nodes as processes of their own; the model is a stub in this process that notes when it sends.
 */
import { parseArgs } from "node:util";
import { connectTroupe, type TroupeClient } from "@troupe/runtime";
import { Stack } from "../test/support/stack.ts";
import { type StubModel, startStubModel } from "./first-token/stub-model.ts";
import { SYSTEM_FILE } from "./first-token/system-file.ts";
import { benchResult } from "./result.ts";
import { quantile } from "./statistics.ts";

const USAGE = `Usage: npm run bench:first-token -- [--tasks N] [--json]

  --tasks N     tasks on each way, one after another (default 50)
  --json        one JSON document instead of a table`;

const WARM_UP = 5;

type Way = (model: StubModel, number: number) => Promise<number>;

/** A client that watches its task through the NATS services. */
const overNats =
  (client: TroupeClient): Way =>
  async (model, number) => {
    let firstMs: number | undefined;
    for await (const event of client.run("clerk", `question nats-${number}`)) {
      if (event.type === "token") firstMs ??= performance.now();
    }
    return sinceSent(firstMs, model.sentMs(`nats-${number}`));
  };

/** A client of the OpenAI-compatible route. */
const overHttp =
  (url: string): Way =>
  async (model, number) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model: "clerk",
        stream: true,
        messages: [{ role: "user", content: `question http-${number}` }],
      }),
    });
    if (!response.ok || response.body === null) throw new Error(`the gateway answered ${response.status}`);
    let firstMs: number | undefined;
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      if (text.includes('"content":"first')) firstMs ??= performance.now();
    }
    return sinceSent(firstMs, model.sentMs(`http-${number}`));
  };

function sinceSent(receivedMs: number | undefined, sentMs: number | undefined): number {
  if (receivedMs === undefined) throw new Error("no token came before the end");
  if (sentMs === undefined) throw new Error("the model was not asked");
  return receivedMs - sentMs;
}

async function measure(way: Way, model: StubModel, tasks: number) {
  const delays: number[] = [];
  for (let number = 0; number < WARM_UP + tasks; number++) {
    const delay = await way(model, number);
    if (number >= WARM_UP) delays.push(delay);
  }
  const at = (q: number) => Math.round(quantile(delays, q) * 10) / 10;
  return { n: delays.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { tasks: { type: "string", default: "50" }, json: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help === true) return console.log(USAGE);
  const tasks = Number(values.tasks);
  if (!Number.isInteger(tasks) || tasks < 1)
    throw new RangeError(`--tasks: ${values.tasks} is no positive whole number`);
  await using model = await startStubModel();
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  await using stack = await Stack.start({ system: "bench-token", nodes: 2, systemFile: SYSTEM_FILE });
  await using opened = new AsyncDisposableStack();
  const client = opened.adopt(await connectTroupe({ url: stack.server.url, system: stack.subjects.system }), (each) =>
    each.close(),
  );
  const rows = {
    nats: await measure(overNats(client), model, tasks),
    http: await measure(overHttp(await stack.gatewayUrl()), model, tasks),
  };
  const tables = tableOf(rows);
  if (values.json === true)
    console.log(
      JSON.stringify(benchResult("bench:first-token", process.argv.slice(2), tables, { rows }), undefined, 1),
    );
  else console.log(tables);
}

const WAYS = { nats: "NATS (`task.watch`)", http: "HTTP (`/v1/chat/completions`, streamed)" };

function tableOf(rows: Readonly<Record<keyof typeof WAYS, Awaited<ReturnType<typeof measure>>>>): string {
  const lines = (["nats", "http"] as const).map((way) => {
    const { n, p50Ms, p99Ms, maxMs } = rows[way];
    return `| ${WAYS[way]} | ${n} | ${p50Ms} | ${p99Ms} | ${maxMs} |`;
  });
  const head = "| from the model's first token to a caller over | n | p50 ms | p99 ms | max ms |";
  return [head, "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
