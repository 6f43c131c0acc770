import {
  BlobBody,
  type Blobs,
  callService,
  EmitBody,
  type Ended,
  JsonValue,
  type Link,
  type ListRequest,
  type LiveHint,
  parseTaskId,
  requireTaskId,
  roleOfMailbox,
  type Subjects,
  type TaskAccepted,
  type TaskEvent,
  type TaskId,
  type TaskLog,
  type TaskLogPage,
  type TaskOrder,
  type TaskRecord,
  type TaskRequest,
  type TaskView,
  TroupeError,
  type WriteOncePorts,
} from "@troupe/runtime/internal";
import type { ClientSeals } from "../encryption/client-seals.ts";
import { type ActorLoads, loadWishOf } from "../ingress/actor-loads.ts";
import type { DeployedSystem } from "../ingress/deployed-system.ts";
import { callerKey } from "../ingress/idempotency-keys.ts";
import type { Ingress } from "../ingress/ingress.ts";
import { parseJsonBody } from "../ingress/task-body.ts";
import type { TaskReader } from "../watch/task-reader.ts";
import { type WatchPorts, watchTask } from "../watch/watch-task.ts";
import { cancelTask } from "./cancel-task.ts";
import { readKnownTask } from "./known-task.ts";
import { retrySubmission } from "./retry-task.ts";
import { openSignals, signalAnswers, signalTask } from "./signal-task.ts";
import type { Caller, Deployed, FoundTask, TaskApi } from "./task-api.ts";
import { taskLogPage } from "./task-log-page.ts";
import { lastMailbox, waitingReason } from "./waiting-reason.ts";

export interface GatewayApiPorts extends WriteOncePorts {
  readonly log: TaskLog;
  readonly link: Link;
  readonly subjects: Subjects;
  readonly reader: TaskReader;
  readonly ingress: Ingress;
  readonly watch: WatchPorts;
  readonly blobs: Pick<Blobs, "get">;
  readonly seals: ClientSeals;
  readonly loads: Pick<ActorLoads, "reason">;
  readonly deployed: Pick<DeployedSystem, "current" | "find">;
}

const emittedIn = ({ subject, body }: TaskRecord): readonly unknown[] => {
  if (subject.name.class !== "s" || subject.name.kind !== "emit") return [];
  const parsed = EmitBody.safeParse(body);
  return parsed.success ? [parsed.data.data] : [];
};
const SUPERVISOR_MS = 1_000;
/** A message that nobody has taken for so long waits for something. */
const LIES_MS = 1_000;

/** The task API on NATS: the log is read directly, what changes something goes through write-once records. */
export class GatewayApi implements TaskApi {
  readonly #ports: GatewayApiPorts;

  constructor(ports: GatewayApiPorts) {
    this.#ports = ports;
  }

  submit({ tenant, user, trace }: Caller, role: string, request: TaskRequest, key?: string): Promise<TaskAccepted> {
    const hash = key === undefined ? undefined : callerKey(tenant, key);
    return this.#ports.ingress.submit({ role, request, tenant, user, key: hash, trace });
  }

  async find(caller: Caller, id: TaskId): Promise<FoundTask> {
    const { view, records, order } = await readKnownTask(this.#ports.reader, caller, id);
    const done = records.find(({ subject }) => subject.name.class === "t");
    const reason = await (order && !done ? this.#reasonAtDoor(order) : this.#waitingReason(records));
    return {
      view: reason === undefined ? view : { ...view, waiting_reason: reason },
      sequence: records.at(-1)?.sequence ?? 0,
      doneSequence: done?.sequence,
      awaited: view.status === "waiting" ? openSignals(this.#ports.subjects, records) : [],
      emitted: records.flatMap(emittedIn),
      answers: signalAnswers(this.#ports.subjects, records),
    };
  }

  async inputOf(caller: Caller, id: TaskId) {
    const { records } = await readKnownTask(this.#ports.reader, caller, id);
    const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
    if (start) return this.#inputIn(start);
    throw new TroupeError("conflict", `task ${id} has not been started yet`, { details: { task_id: id } });
  }

  async withResult(view: TaskView): Promise<TaskView> {
    if (view.result === undefined) return view;
    const roles = [view.role, ...view.path.map(({ role }) => role)];
    const result = this.#ports.seals.resultOf(await this.#whole(view.result), requireTaskId(view.task_id).id, roles);
    return { ...view, result };
  }

  async log(
    caller: Caller,
    id: TaskId,
    page: { after?: number | undefined; limit?: number | undefined },
  ): Promise<TaskLogPage> {
    const { records } = await readKnownTask(this.#ports.reader, caller, id);
    return taskLogPage(id, records, page);
  }

  list({ tenant, isWalled }: Caller, query: ListRequest): Promise<unknown> {
    return this.askSupervisor("tasks", isWalled ? { ...query, tenant } : query);
  }

  deployed(): Deployed {
    return this.#ports.deployed.current();
  }

  systemOf(id: TaskId) {
    const version = parseTaskId(id)?.version;
    return version && this.#ports.deployed.find(version)?.system;
  }

  actors(): Promise<unknown> {
    return this.askSupervisor("actors", undefined);
  }

  cluster(): Promise<unknown> {
    return this.askSupervisor("health", undefined);
  }

  watch(
    caller: Caller,
    id: TaskId,
    options: { readonly after?: number; readonly signal: AbortSignal },
  ): AsyncGenerator<TaskEvent> {
    return watchTask(this.#ports.watch, caller, id, options);
  }

  cancel(caller: Caller, id: TaskId) {
    return cancelTask({ ...this.#ports, announce: (ended) => this.#announce(ended) }, caller, id);
  }

  signal(caller: Caller, id: TaskId, name: string, value: TaskRequest["input"]): Promise<unknown> {
    return signalTask({ ...this.#ports, hint: (task) => this.hint(task) }, caller, id, { name, value });
  }

  /** Tells watchers that something of a task was recorded; may be lost. */
  hint(task: TaskId): void {
    this.#publish(this.#ports.subjects.live("gateway"), JSON.stringify({ tasks: [task] } satisfies LiveHint));
  }

  async retry(caller: Caller, id: TaskId): Promise<TaskAccepted> {
    // A sealed input opens under the first task's id only: the new task needs it anew.
    const { reader, seals, ingress } = this.#ports;
    const inputOf = (start: TaskRecord) =>
      seals.covers(id, roleOfMailbox(start.subject.name.to)) ? this.#inputIn(start) : start.body;
    return ingress.submit(await retrySubmission(reader, caller, id, inputOf));
  }

  async #reasonAtDoor(order: TaskOrder): Promise<string | undefined> {
    const wish = loadWishOf(order);
    const reason = wish && (await this.#ports.loads.reason(wish));
    if (reason !== undefined) return reason;
    return order.session === undefined
      ? "as many tasks run as the system takes at once"
      : "an earlier task of its session runs";
  }

  /** Asked only where the last thing that happened to a task is a message that lies there for a while. */
  async #waitingReason(records: readonly TaskRecord[]): Promise<string | undefined> {
    const at = lastMailbox(records);
    if (!at || this.#ports.clock.nowMs() - (records.at(-1)?.atMs ?? 0) < LIES_MS) return undefined;
    // Without a supervisor nobody knows, and the task is told all the same.
    const placement = await this.askSupervisor("placement", undefined).catch(() => undefined);
    return waitingReason(placement, at);
  }

  /** What a task's start record says, however it is stored. */
  async #inputIn({ body, subject }: TaskRecord): Promise<TaskRequest["input"]> {
    const { task, name } = subject;
    return JsonValue.parse(this.#ports.seals.inputOf(await this.#whole(body), task, name.to));
  }

  /** A body, or what its reference stands for. */
  async #whole(body: unknown): Promise<unknown> {
    const reference = BlobBody.safeParse(body);
    return reference.success ? parseJsonBody(await this.#ports.blobs.get(reference.data.$blob)) : body;
  }

  /** Throws `unavailable` when nobody leads. */
  askSupervisor(verb: string, body: unknown): Promise<unknown> {
    const { link, subjects } = this.#ports;
    return callService(link, subjects.supervisor(verb), body, { timeoutMs: SUPERVISOR_MS, ifLost: "unavailable" });
  }

  #announce(ended: Ended): void {
    this.#publish(this.#ports.subjects.control("ended"), JSON.stringify(ended));
  }

  /** Core messages are hints: what they say is in the log, or is said again by the supervisor. */
  #publish(subject: string, body: string): void {
    const { nc } = this.#ports.link;
    if (!nc.isClosed()) nc.publish(subject, body);
  }
}
