/**
 * `npm run bench:gateway`: how many tasks a second `POST /api/v1/tasks` accepts, beside the bare HTTP framework with one JetStream publish
 * in the same run, and what credentials and limits cost (docs/benchmarks.md). Nothing runs the tasks: what is measured is the door. Loopback, a
 * process for each server.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { jetstreamManager } from "@nats-io/jetstream";
import autocannon from "autocannon";
import { z } from "zod";
import { startGatewayBed } from "../test/support/gateway-bed.ts";
import { guardTable, measureGuard } from "./gateway/guard.ts";
import { type ServerKind, ServerOrder } from "./gateway/server-order.ts";
import type { Usage } from "./messages.ts";
import { usageOf } from "./server-usage.ts";
import { pairedRatios, type Spread, spreadOf } from "./statistics.ts";

const SERVER = fileURLToPath(new URL("./gateway/server.ts", import.meta.url));
const KINDS: readonly ServerKind[] = ["gateway", "bare-publisher", "bare-library"];
const TITLES: Readonly<Record<ServerKind, string>> = {
  gateway: "gateway: POST /api/v1/tasks",
  "bare-publisher": "fastify + one publish by our own publisher",
  "bare-library": "fastify + one publish by the library",
};
const BODY = JSON.stringify({ role: "router", input: "Compare three databases", metadata: { from: "bench" } });
const USAGE = "Usage: npm run bench:gateway -- [--rounds 5] [--seconds 4] [--connections 16,64] [--requests 3000]";

interface Sample {
  readonly connections: number;
  readonly kind: ServerKind;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Processor time a request, µs: of the HTTP server, and of nats-server; NaN where there is no /proc. A busy machine disturbs it less. */
  readonly httpUs: number;
  readonly natsUs: number;
}

interface HttpProcess {
  readonly url: string;
  readonly pid: number;
}

const Started = z.object({ url: z.string() });

async function startServer(order: ServerOrder, opened: AsyncDisposableStack): Promise<HttpProcess> {
  const child = fork(SERVER, [JSON.stringify(ServerOrder.parse(order))], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  opened.defer(async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  });
  const message: unknown = await new Promise((resolve) => child.once("message", resolve));
  return { url: Started.parse(message).url, pid: child.pid ?? 0 };
}

interface Target {
  readonly kind: ServerKind;
  readonly server: HttpProcess;
  readonly natsPid: number;
}

async function measure({ kind, server, natsPid }: Target, connections: number, seconds: number): Promise<Sample> {
  const usage = () => Promise.all([usageOf(server.pid), usageOf(natsPid)]);
  const [httpBefore, natsBefore] = await usage();
  const result = await autocannon({
    url: `${server.url}/api/v1/tasks`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: BODY,
    connections,
    duration: seconds,
  });
  const [httpAfter, natsAfter] = await usage();
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${kind}: ${result.non2xx} refused, ${result.errors} failed`);
  const accepted = result["2xx"];
  const usPerRequest = (before?: Usage, after?: Usage) =>
    (((after?.cpuMs ?? Number.NaN) - (before?.cpuMs ?? Number.NaN)) * 1_000) / accepted;
  return {
    connections,
    kind,
    perSecond: accepted / result.duration,
    p99Ms: result.latency.p99,
    httpUs: usPerRequest(httpBefore, httpAfter),
    natsUs: usPerRequest(natsBefore, natsAfter),
  };
}

const spread = ({ median, min, max }: Spread, digits: number) =>
  `${median.toFixed(digits)} [${min.toFixed(digits)}–${max.toFixed(digits)}]`;

function tableOf(samples: readonly Sample[], connections: number): string {
  const of = (kind: ServerKind) =>
    samples.filter((sample) => sample.kind === kind && sample.connections === connections);
  const rates = (kind: ServerKind) => of(kind).map(({ perSecond }) => perSecond);
  const head = ["server", "requests/s", "p99 ms", "µs of the server", "µs of nats-server", "gateway's share of it"];
  const lines = KINDS.map((kind) => [
    TITLES[kind],
    spread(spreadOf(rates(kind)), 0),
    spread(spreadOf(of(kind).map(({ p99Ms }) => p99Ms)), 0),
    spread(spreadOf(of(kind).map(({ httpUs }) => httpUs)), 0),
    spread(spreadOf(of(kind).map(({ natsUs }) => natsUs)), 0),
    spread(spreadOf(pairedRatios(rates("gateway"), rates(kind))), 2),
  ]);
  const text = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `### ${connections} connections\n\n${text}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      connections: { type: "string", default: "16,64" },
      // Of each kind of credentials.
      requests: { type: "string", default: "3000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const count = z.coerce.number().pipe(z.int().min(1).max(1_000));
  const [rounds, seconds] = [count.parse(values.rounds), count.parse(values.seconds)];
  const requests = z.coerce.number().pipe(z.int().min(1)).parse(values.requests);
  const levels = values.connections.split(",").map((text) => count.parse(text));

  await using opened = new AsyncDisposableStack();
  const bed = opened.use(await startGatewayBed());
  await bed.deploy("v1", { inFlight: 1_000_000 });
  console.log(`${guardTable(await measureGuard(bed, requests, Date.now()))}\n`);
  const [subject, url] = ["bench.bare", bed.server.url];
  const manager = await jetstreamManager(bed.core.nc);
  await manager.streams.add({ name: "BENCH_BARE", subjects: [`${subject}.>`], max_msgs_per_subject: 1 });
  const servers = new Map<ServerKind, HttpProcess>();
  for (const kind of KINDS) {
    const seed = bed.server.seedOf(kind === "gateway" ? "gateway" : "supervisor");
    servers.set(kind, await startServer({ kind, system: "demo", url, seed, subject }, opened));
  }

  const samples: Sample[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const connections of levels) {
      for (const [kind, server] of servers) {
        const sample = await measure({ kind, server, natsPid: bed.server.pid }, connections, seconds);
        process.stderr.write(`round ${round}: ${connections} ${kind} ${Math.round(sample.perSecond)}/s\n`);
        // Round -1 warms up.
        if (round >= 0) samples.push(sample);
      }
    }
  }
  console.log(levels.map((connections) => tableOf(samples, connections)).join("\n\n"));
}

await main();
