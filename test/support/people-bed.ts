/** A whole system that people have to do with: server with accounts, supervisor, two gateways where users sign in, and a node as a process of its own. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createGateway, type Gateway } from "@troupe/gateway";
import {
  type ApprovalView,
  callService,
  type Link,
  PLACE_OF_USER,
  StoreClock,
  type SystemDefinition,
  systemClock,
  type TaskId,
} from "@troupe/runtime/internal";
import { createSupervisor, type Supervisor } from "@troupe/supervisor";
import { TEST_SYSTEM, TestCluster } from "./cluster.ts";
import { UNHURRIED } from "./gateway-bed.ts";
import { type Called, call, makeKey } from "./gateway-callers.ts";
import { silentLogger } from "./nats-server.ts";
import type { NodeProcess } from "./node-process.ts";
import { until } from "./stack.ts";

const LIMITS = { userPerMinute: 100_000, tenantPerMinute: 100_000 };

/** Who signs in, with the access role. */
const USERS = {
  sue: "user",
  ann: "approver",
  bob: "approver",
  lea: "approver",
  admin: "admin",
  vic: "viewer",
  otto: "operator",
} as const;
export type UserOfBed = keyof typeof USERS | "stranger";

export class PeopleBed implements AsyncDisposable {
  readonly cluster: TestCluster;
  readonly operator: Link;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #gateways: Gateway[] = [];
  readonly #nodes: NodeProcess[] = [];
  #supervisor: Supervisor;

  private constructor(cluster: TestCluster, operator: Link, keys: ReadonlyMap<string, string>, supervisor: Supervisor) {
    this.cluster = cluster;
    this.operator = operator;
    this.#keys = keys;
    this.#supervisor = supervisor;
  }

  /** `system` is the name of a module beside this one. */
  static async start(system: string, nodes: readonly string[] = ["n1"]): Promise<PeopleBed> {
    const cluster = await TestCluster.start();
    const supervisor = await lead(cluster);
    const operator = await cluster.link("operator");
    const keys = new Map<string, string>();
    const bed = { core: cluster.core, subjects: cluster.subjects };
    for (const [user, role] of Object.entries(USERS)) {
      keys.set(user, (await makeKey(bed, "acme", [role], { user })).text);
    }
    keys.set("stranger", (await makeKey(bed, "globex", ["admin"], { user: "ann" })).text);
    const started = new PeopleBed(cluster, operator, keys, supervisor);
    try {
      started.#nodes.push(...(await Promise.all(nodes.map((node) => cluster.startNode(node)))));
      await started.#deploy(fileURLToPath(new URL(`./${system}`, import.meta.url)));
      await started.gateway();
      await started.gateway();
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  /** Another gateway; the two first are there from the beginning. `aheadMs`: by how much its machine's clock is ahead. Its number, as {@link http} takes it. */
  async gateway(aheadMs = 0): Promise<number> {
    const { server } = this.cluster;
    const auth = { letsAnonymousIn: true };
    const seed = server.seedOf("gateway");
    const who = { system: TEST_SYSTEM, servers: server.url, seed };
    const clock = new StoreClock({ ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs });
    const gateway = createGateway({ ...who, auth, limits: LIMITS, loadLimits: UNHURRIED, clock, logger: silentLogger });
    await gateway.start();
    return this.#gateways.push(gateway) - 1;
  }

  keyOf(user: UserOfBed): string {
    return this.#keys.get(user) ?? "";
  }

  /** Address of the first gateway. */
  url(): string {
    return this.#gateways[0]?.url ?? "";
  }

  /** Kills a node with its hosts. */
  killNode(name: string): void {
    this.#nodes.find((node) => node.name === name)?.killGroup("SIGKILL");
  }

  async stopSupervisor(): Promise<void> {
    await this.#supervisor.stop();
  }
  async startSupervisor(): Promise<void> {
    this.#supervisor = await lead(this.cluster);
  }

  /** A request of a user to one of the gateways. */
  http(user: UserOfBed | undefined, method: string, path: string, body?: unknown, gateway = 0): Promise<Called> {
    const key = user === undefined ? undefined : this.#keys.get(user);
    return call(this.#gateways[gateway]?.url ?? "", method, `/api/v1${path}`, { key, body });
  }

  async submit(role: string, input: unknown, user: UserOfBed = "sue"): Promise<TaskId> {
    const { status, body, text } = await this.http(user, "POST", "/tasks", { role, input });
    if (status !== 202 || body.task_id === undefined) throw new Error(text);
    return body.task_id as TaskId;
  }

  /** The one approval that the task waits for, once it does. */
  async waiting(task: TaskId): Promise<ApprovalView> {
    let view: ApprovalView | undefined;
    await until(`${task} to wait for a person`, 15_000, async () => {
      const answer = await this.http("admin", "GET", `/approvals/${task}`);
      if (answer.status === 200) view = answer.body as unknown as ApprovalView;
      return view !== undefined;
    });
    if (view === undefined) throw new Error("unreachable");
    return view;
  }

  /** Says it until somebody takes it: on a busy machine a door may be shut for a moment, and said again it is the same decision. */
  async decide(
    user: UserOfBed,
    { approval_id: id, hash }: ApprovalView,
    verdict: "approve" | "deny",
    gateway = 0,
  ): Promise<Called> {
    let answer: Called | undefined;
    await until(`the decision on ${id}`, 15_000, async () => {
      answer = await this.http(user, "POST", `/approvals/${id}/decision`, { verdict, hash }, gateway);
      return answer.status !== 503;
    });
    if (answer === undefined) throw new Error("unreachable");
    return answer;
  }

  /** The approvals that wait, as an operator lists them over NATS. */
  async listed(): Promise<readonly string[]> {
    const { approvals } = (await callService(this.operator, this.cluster.subjects.approvalVerb("list"), {})) as {
      approvals: { approval_id: string }[];
    };
    return approvals.map((one) => one.approval_id);
  }

  async #deploy(path: string): Promise<void> {
    const { cluster } = this;
    const { manifest } = ((await import(pathToFileURL(path).href)) as { default: SystemDefinition }).default;
    const content = await readFile(path);
    const source = { type: "module", path, sha256: createHash("sha256").update(content).digest("hex") };
    await until("the deployment", 30_000, async () => {
      await callService(
        cluster.core,
        cluster.subjects.supervisor("deploy"),
        { manifest, source },
        { timeoutMs: 10_000 },
      );
      return true;
    });
    const roles = Object.keys(manifest.roles).length;
    await until("every role to run", 60_000, async () => {
      const beat = await cluster.heartbeat("n1", () => true);
      const all = beat.actors.filter(({ state }) => state === "available").length;
      return all > 0 && (await this.#available()) === roles;
    });
  }

  async #available(): Promise<number> {
    const { cluster } = this;
    const { actors } = (await callService(cluster.core, cluster.subjects.supervisor("actors"), {})) as {
      actors: { state: string }[];
    };
    return actors.filter(({ state }) => state === "available").length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway.stop()));
    await this.#supervisor.stop();
    await this.operator.close();
    await this.cluster.stop();
  }
}

/** Starts a supervisor in this process; resolves when it leads. */
export async function lead({ server }: TestCluster): Promise<Supervisor> {
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER.supervisor;
  const supervisor = createSupervisor({
    system: TEST_SYSTEM,
    link: { servers: server.url, seed: server.seedOf("supervisor"), apiPrefix, inboxPrefix },
    id: "s1",
    // A machine that is busy with other tests must not cost the lease.
    settings: { graceMs: 0, renewMs: 500, leaseMs: 10_000 },
    logger: silentLogger,
  });
  await supervisor.start();
  return supervisor;
}
