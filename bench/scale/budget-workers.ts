import { fileURLToPath } from "node:url";
import { loadModelSettings, modelServices } from "@troupe/agents/internal";
import {
  type BrokerCaller,
  type BrokerHandler,
  CasBucket,
  createLogger,
  SystemManifest,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { TestCluster } from "../../test/support/cluster.ts";
import { pairedRatios, quantile, spreadOf } from "../statistics.ts";
import type { Figure } from "./finding.ts";

/** A module for the deployment to name; nothing runs it. */
const MODULE = fileURLToPath(new URL("./one-role-system.ts", import.meta.url));
const ENOUGH = { calls: 1e9, tokens: 1e12, costUsd: 1e6 };
/** Three accounts to reserve on: the conversation's, the user's, the tenant's. None is ever near its end. */
const MANIFEST = SystemManifest.parse({
  name: "bench",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
  models: { m: { model: "m", price: { inputUsd: 1, outputUsd: 2 } } },
  budgets: { session: { total: ENOUGH }, user: { minute: ENOUGH }, tenant: { total: ENOUGH } },
});
const ROUNDS = 5;
const MEASURE_MS = 2_000;
const USED = { inputTokens: 100, outputTokens: 200 };
const logger = createLogger({ name: "bench", level: "warn" });

interface Run {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** One reservation and its settling. */
type Pair = () => Promise<void>;

/** How many model calls a second a node's budget service lets reserve and settle, beside two writes by compare-and-set. */
export async function budgetWorkers(workers: number): Promise<readonly Figure[]> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await TestCluster.start());
  const ledger = await openLedger(cluster, opened);
  const raw = rawRows(cluster);
  const [ofLedger, ofRaw]: [Run[], Run[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    const runs = [await measure(workers, () => ledger), await measure(workers, raw)] as const;
    // Round -1 warms up.
    if (round < 0) continue;
    ofLedger.push(runs[0]);
    ofRaw.push(runs[1]);
  }
  const [rates, rawRates] = [ofLedger, ofRaw].map((runs) => runs.map(({ perSecond }) => perSecond));
  const p99 = (runs: readonly Run[]) => spreadOf(runs.map(({ p99Ms }) => p99Ms)).median;
  const name = `${workers} ${workers === 1 ? "worker" : "workers"}`;
  return [
    { what: `budgets, ${name}: reserved and settled`, value: spreadOf(rates ?? []).median, unit: "/s" },
    { what: `budgets, ${name}: 99th percentile of a pair`, value: p99(ofLedger), unit: "ms" },
    {
      what: `raw, ${name}: two writes by compare-and-set, a row each`,
      value: spreadOf(rawRates ?? []).median,
      unit: "/s",
    },
    { what: `raw, ${name}: 99th percentile of a pair`, value: p99(ofRaw), unit: "ms" },
    {
      what: `${name}: ratio of the rates, round by round`,
      value: spreadOf(pairedRatios(rates ?? [], rawRates ?? [])).median,
      unit: "",
    },
  ];
}

async function measure(workers: number, pairOf: (worker: number) => Pair): Promise<Run> {
  const times: number[] = [];
  const beganMs = performance.now();
  const work = async (pair: Pair) => {
    for (let now = beganMs; now - beganMs < MEASURE_MS; ) {
      const from = performance.now();
      await pair();
      now = performance.now();
      times.push(now - from);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(pairOf(worker))));
  return { perSecond: (times.length * 1_000) / (performance.now() - beganMs), p99Ms: quantile(times, 0.99) };
}

const Reserved = z.strictObject({ reservation: z.string() });

/** As a node answers its hosts, without the IPC in between. */
async function openLedger(cluster: TestCluster, opened: AsyncDisposableStack): Promise<Pair> {
  const version = "v1";
  const deployment = await cluster.deploy(version, MODULE, MANIFEST);
  const task = await cluster.submit(version, "a", {});
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
  const service = modelServices(settings).find(({ name }) => name === "budgets");
  if (service === undefined) throw new Error("a node has no budgets");
  const handler: BrokerHandler = service.open({
    openLink: () => cluster.link("node"),
    subjects: cluster.subjects,
    clock: systemClock,
    random: systemRandom,
    logger,
    node: "n1",
    incarnation: "life1",
    deploymentOf: () => Promise.resolve(deployment),
  });
  opened.defer(async () => handler.close());
  const caller: BrokerCaller = { version, role: "a", task, incarnation: "host1" };
  return async () => {
    const { reservation } = Reserved.parse(await handler.ask(caller, { op: "reserve", model: "m", ...USED }));
    await handler.ask(caller, { op: "settle", reservation, ...USED });
  };
}

const Row = z.strictObject({ held: z.int(), used: z.int() });

/** The most that the store gives: a row for each worker, so that nobody is in another's way, and one write for each change. */
function rawRows({ core: link, subjects }: TestCluster): (worker: number) => Pair {
  const rows = new CasBucket({ link, subjects, bucket: "budgets", schema: Row, logger });
  const tokens = USED.inputTokens + USED.outputTokens;
  const known = new Map<string, Awaited<ReturnType<typeof rows.put>>>();
  const change = async (key: string, held: number, used: number): Promise<void> => {
    const row = known.get(key);
    const { value } = row ?? { value: { held: 0, used: 0 } };
    const next = { held: value.held + held, used: value.used + used };
    known.set(key, await rows.put(key, next, row?.revision));
  };
  return (worker) => async () => {
    await change(`bench.raw-${worker}`, tokens, 0);
    await change(`bench.raw-${worker}`, -tokens, tokens);
  };
}
