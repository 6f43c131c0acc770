import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OfflineModel, startOfflineModel } from "@troupe/agents";
import { connectTroupe, messageOf, type TaskId, type TaskRequest, type TroupeClient } from "@troupe/runtime";
import { type Link, openLink, Subjects } from "@troupe/runtime/internal";
import { PartProcess } from "../../support/part-process.ts";
import { until } from "../../support/stack.ts";
import type { CodeMutant } from "../mutants/mutant.ts";
import { mutantOptions } from "../mutants/mutant-options.ts";
import { Clocks } from "./clocks.ts";
import { EffectReceiver } from "./effect-receiver.ts";
import { interruptible } from "./interruption.ts";
import { People } from "./load/people.ts";
import { NODES, openParts, SYSTEM } from "./open-parts.ts";
import type { Part } from "./part.ts";
import { PartReports } from "./part-reports.ts";
import { SecretSearch } from "./secret-search.ts";
import { embeddedStore, storeLogger as logger, type Store } from "./store.ts";
import { storeCluster } from "./store-cluster.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../../support/chaos-system.ts", import.meta.url));
/** No process may have a larger heap: whoever eats memory meets the end of it, and not that of the machine. */
const MEMORY_LIMIT = "--max-old-space-size=256";
const HEAP_ON_SIGNAL = `--import=${new URL("./heap-on-signal.ts", import.meta.url).href}`;
const START_MS = 180_000;
const MOST_DEPLOYS = 3;
const SERVER_LINES = 100;

export interface BedOptions {
  /** Folder of the store; default one of its own. Not of a cluster. */
  readonly storeDir?: string | undefined;
  /** Three nats-servers in the place of one. */
  readonly isCluster?: boolean;
  /** The processes run as this one. */
  readonly mutant?: CodeMutant;
  /** The library by which clocks of processes can be set; absent = they cannot. */
  readonly faketime?: string | undefined;
}

/** What faults are tried on: three nodes, three supervisors, two gateways, one nats-server or three, a model and a receiver of effects. */
export class ChaosBed implements AsyncDisposable {
  readonly store: Store;
  readonly subjects = new Subjects(SYSTEM);
  /** All rights, and past every proxy: for looking at what happened. */
  readonly core: Link;
  /** A user's rights, no library. */
  readonly anonymous: Link;
  readonly client: TroupeClient;
  readonly model: OfflineModel;
  readonly effects: EffectReceiver;
  /** Who signs in over HTTP. */
  readonly people: People;
  /** What is planted, and looked for in everything that the parts write. */
  readonly secrets: SecretSearch;
  readonly reports: PartReports;
  /** Where the clocks of parts can be set. */
  readonly clocks: Clocks | undefined;
  readonly nodes: readonly Part[];
  readonly supervisors: readonly Part[];
  readonly gateways: readonly Part[];
  /** Tasks that faults started themselves, and were told are accepted. */
  readonly strays: TaskId[] = [];
  readonly #opened: AsyncDisposableStack;

  private constructor(parts: Omit<Opened, "opened">, opened: AsyncDisposableStack) {
    this.#opened = opened;
    this.store = parts.store;
    this.core = parts.core;
    this.anonymous = parts.anonymous;
    this.client = parts.client;
    this.model = parts.model;
    this.effects = parts.effects;
    this.people = parts.people;
    this.secrets = parts.secrets;
    this.reports = parts.reports;
    this.clocks = parts.clocks;
    this.nodes = parts.nodes;
    this.supervisors = parts.supervisors;
    this.gateways = parts.gateways;
  }

  /** Starts everything and deploys; resolves when every actor has a place. */
  static async start(options: BedOptions = {}): Promise<ChaosBed> {
    const { mutant } = options;
    const opened = interruptible();
    let bed: ChaosBed | undefined;
    try {
      setNodeOptions(opened, (before) => `${before ?? ""} ${MEMORY_LIMIT} ${HEAP_ON_SIGNAL}`.trim());
      if (mutant) setNodeOptions(opened, (before) => mutantOptions(mutant, before));
      bed = new ChaosBed(await openAll(options, opened), opened);
      for (const { process } of bed.parts) process.start();
      await bed.#start();
      return bed;
    } catch (error) {
      const logs = bed?.logs() ?? "";
      await opened.disposeAsync();
      throw new Error(`the system does not start: ${messageOf(error)}\n${logs}`, { cause: error });
    }
  }

  get parts(): readonly Part[] {
    return [...this.supervisors, ...this.gateways, ...this.nodes];
  }

  /** Starts a task that is not of the load. Throws when nobody accepts it in time. */
  async submitStray(role: string, input: TaskRequest["input"], idempotencyKey?: string): Promise<TaskId> {
    const options = idempotencyKey === undefined ? {} : { idempotencyKey };
    const { task_id } = await this.client.submit(role, input, options);
    this.strays.push(task_id);
    return task_id;
  }

  /** Base URL of a gateway. Throws while it has said none. */
  urlOf({ name }: Part): string {
    const url = this.reports.addressOf(name);
    if (url === undefined) throw new Error(`${name} has no address yet`);
    return url;
  }

  async health(): Promise<Health> {
    const answer = await this.core.nc.request(this.subjects.supervisor("health"), "", { timeout: 1_000 });
    return answer.json<Health>();
  }

  /** Resolves when all processes run, and the supervisor sees all nodes up and every actor available. */
  async isWhole(limitMs: number): Promise<void> {
    await until("a whole system", limitMs, async () => {
      const { nodes, actors } = await this.health();
      const isWhole = nodes.up === NODES.length && actors.total > 0 && actors.unavailable === 0;
      if (!isWhole) throw new Error(JSON.stringify({ nodes, actors }));
      return true;
    });
  }

  /** Resolves when the supervisor sees all nodes up. */
  async areNodesUp(limitMs: number): Promise<void> {
    await until("every node up", limitMs, async () => (await this.health()).nodes.up === NODES.length);
  }

  /** What every process last said. */
  logs(): string {
    const parts = this.parts.map(({ name, process }) => `--- ${name}\n${process.log}`);
    return [...parts, "--- nats-server", ...this.store.log().split("\n").slice(-SERVER_LINES)].join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #start(): Promise<void> {
    await this.areNodesUp(START_MS);
    await this.#deploy();
    await this.isWhole(START_MS);
  }

  /** A leader or a server that is lost meanwhile leaves it unknown whether it was done: it is done again, as people do. */
  async #deploy(): Promise<void> {
    const { store, subjects } = this;
    const where = ["--nats", store.urls.join(","), "--system", subjects.system, ...store.keysOf("operator")];
    for (let tries = 1; ; tries++) {
      const deploy = new PartProcess("deploy", ["deploy", SYSTEM_FILE, ...where]);
      deploy.start();
      const code = await deploy.ended();
      if (code === 0) return;
      if (tries === MOST_DEPLOYS) throw new Error(`troupe deploy ended with ${code}: ${deploy.log}`);
    }
  }
}

/** What is read of the supervisor's health. */
export interface Health {
  readonly nodes: { readonly up: number };
  readonly actors: { readonly total: number; readonly unavailable: number };
  readonly supervisor: { readonly id: string };
}

/** Secrets that tasks carry, of kinds that are to be masked wherever people look. */
export const PLANTED = {
  "a planted API key": "sk-chaos0planted0key0never0shown0anywhere",
  "a planted password": "pa55word-of-chaos-never-shown",
} as const;

/** Processes that are started from now on have other options of node. */
function setNodeOptions(opened: AsyncDisposableStack, change: (before: string | undefined) => string): void {
  const before = process.env["NODE_OPTIONS"];
  process.env["NODE_OPTIONS"] = change(before);
  opened.defer(() => {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  });
}

/** Who signs in at gateways that are started from now on. */
async function letIn(opened: AsyncDisposableStack): Promise<People> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-issuer-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const secretFile = join(folder, "secret");
  const people = new People(Date.now());
  await writeFile(secretFile, people.secret, { mode: 0o600 });
  Object.assign(process.env, people.environment(secretFile));
  return people;
}

interface Opened {
  readonly store: Store;
  readonly core: Link;
  readonly anonymous: Link;
  readonly client: TroupeClient;
  readonly model: OfflineModel;
  readonly effects: EffectReceiver;
  readonly people: People;
  readonly secrets: SecretSearch;
  readonly reports: PartReports;
  /** Where the clocks of parts can be set. */
  readonly clocks: Clocks | undefined;
  readonly nodes: readonly Part[];
  readonly supervisors: readonly Part[];
  readonly gateways: readonly Part[];
}

async function openAll(
  { storeDir, isCluster = false, faketime }: BedOptions,
  opened: AsyncDisposableStack,
): Promise<Opened> {
  const effects = opened.use(await EffectReceiver.start());
  const people = await letIn(opened);
  const { secret, beginning } = people;
  const secrets = new SecretSearch({ ...PLANTED, "the issuer's secret": secret, "a person's token": beginning });
  const model = await startOfflineModel();
  opened.defer(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  const store = opened.use(await (isCluster ? storeCluster(SYSTEM, NODES) : embeddedStore(SYSTEM, storeDir)));
  const [core, anonymous] = [await openAs("supervisor", store, opened), await openAs("client", store, opened)];
  const client = await connectTroupe({ url: store.urls, system: SYSTEM, credentials: store.clientCredentials });
  opened.defer(() => client.close());
  const clocks = faketime === undefined ? undefined : opened.use(await Clocks.open(faketime));
  const watched = { secrets, reports: new PartReports(), clocks };
  const parts = await openParts(store, watched, opened);
  return { effects, people, model, store, core, anonymous, client, ...watched, ...parts };
}

async function openAs(user: "supervisor" | "client", store: Store, opened: AsyncDisposableStack): Promise<Link> {
  const link = await openLink({ servers: store.urls, name: `chaos/${user}`, ...store.signIn(user), logger });
  opened.defer(() => link.close());
  return link;
}
