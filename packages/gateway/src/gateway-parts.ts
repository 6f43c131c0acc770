/** What a gateway is made of, put together and not yet at work. */
import {
  AuditWriter,
  type Clock,
  createBlobs,
  createJetStreamLog,
  createPublisher,
  createTaskArchive,
  type Link,
  type Logger,
  newTaskId,
  type Publisher,
  type Random,
  Subjects,
  systemClock,
  systemRandom,
  type Version,
} from "@troupe/runtime/internal";
import { openPush, type Push } from "./a2a/push/open-push.ts";
import { ApprovalApi } from "./approvals/approval-api.ts";
import { type SupervisorApi, supervisorApi } from "./cluster/supervisor-api.ts";
import { ClientSeals } from "./encryption/client-seals.ts";
import type { GatewayOptions } from "./gateway-options.ts";
import { ActorLoads } from "./ingress/actor-loads.ts";
import { Backlog } from "./ingress/backlog.ts";
import { inputCarrier } from "./ingress/carried-input.ts";
import { DeployedSystem } from "./ingress/deployed-system.ts";
import { EndWatch } from "./ingress/end-watch.ts";
import { groupWrites } from "./ingress/grouped-writes.ts";
import { createKeyStore } from "./ingress/idempotency-keys.ts";
import { InFlight } from "./ingress/in-flight.ts";
import { Ingress } from "./ingress/ingress.ts";
import { TurnKeeper } from "./ingress/turn-keeper.ts";
import { WaitingRoom } from "./ingress/waiting-room.ts";
import { streamWriter } from "./ingress/write-once-stream.ts";
import { GatewayApi } from "./task/gateway-api.ts";
import { DoorTraces } from "./telemetry/door-traces.ts";
import { HintListener } from "./watch/hint-listener.ts";
import { followReconnects } from "./watch/reconnects.ts";
import { createTaskReader } from "./watch/task-reader.ts";

const DEFAULT_BACKLOG = 10_000;
/** Callers hear of an outage at once and come back by themselves; what they had in hand is repeated no longer than this. */
const PATIENCE_MS = 1_000;

type Followed = DeployedSystem & { stop(): void };

/** What lets tasks in. */
interface Door {
  readonly ingress: Ingress;
  readonly room: WaitingRoom;
  readonly ends: EndWatch;
  readonly loads: ActorLoads;
}

export interface GatewayParts extends Pick<Door, "room" | "ends"> {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly publisher: Publisher;
  readonly api: GatewayApi;
  readonly approvals: ApprovalApi;
  readonly audit: AuditWriter;
  readonly supervisor: SupervisorApi;
  readonly traces: DoorTraces;
  readonly deployed: Followed;
  readonly reconnects: ReturnType<typeof followReconnects>;
  readonly push: Push;
}

/** What nearly every part needs. */
interface Core {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly publisher: Publisher;
  readonly log: ReturnType<typeof createJetStreamLog>;
  readonly archive: ReturnType<typeof createTaskArchive>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly patienceMs: number;
  readonly deployed: Followed;
  readonly supervisor: SupervisorApi;
  readonly traces: DoorTraces;
}

async function openCore(options: GatewayOptions, link: Link): Promise<Core> {
  const { system, logger, clock = systemClock, random = systemRandom } = options;
  const subjects = new Subjects(system);
  const publisher = groupWrites(createPublisher(link, { clock }));
  return {
    link,
    subjects,
    publisher,
    log: createJetStreamLog({ link, publisher, subjects }),
    archive: createTaskArchive(link, subjects),
    clock,
    random,
    logger,
    patienceMs: PATIENCE_MS,
    deployed: await DeployedSystem.follow({ link, subjects, logger, clock }),
    supervisor: supervisorApi(link, subjects),
    traces: new DoorTraces(options.tracer),
  };
}

function openDoor(options: GatewayOptions, core: Core, carried: ReturnType<typeof inputCarrier>): Door {
  const { link, subjects, publisher, clock, random, deployed, supervisor, traces } = core;
  const { shards = 1, tenant = "default", backlogLimit = DEFAULT_BACKLOG } = options;
  const inFlight = new InFlight(clock);
  const backlog = new Backlog(clock);
  const turns = new TurnKeeper(core);
  const loads = new ActorLoads({ ...core, askActors: () => supervisor.read("actors") });
  const ends = new EndWatch({
    ...core,
    onEnd: (task) => {
      inFlight.ended(task);
      void turns.ended(task);
      room.pump();
    },
  });
  const ingress = new Ingress({
    ...core,
    keys: createKeyStore({ ...core, log: streamWriter(link, publisher, subjects.stream("KEYS")) }),
    waiting: streamWriter(link, publisher, subjects.stream("INGRESS")),
    shards,
    backlogLimit,
    inFlight,
    backlog,
    loads,
    ends,
    turns,
    current: () => deployed.current(),
    isServed: (version) => deployed.isServed(version),
    carried,
  });
  const rejectedId = () => newTaskId(0, deployed.current().version, clock, random);
  const room: WaitingRoom = new WaitingRoom({ ...core, traces, ingress, backlog, tenant, rejectedId });
  return { ingress, room, ends, loads };
}

/** Puts a gateway together on its connection; nothing of it takes anything yet. */
export async function openParts(options: GatewayOptions, link: Link): Promise<GatewayParts> {
  const core = await openCore(options, link);
  const { subjects, publisher, clock, random, deployed, supervisor, traces } = core;
  const blobs = createBlobs({ link, publisher, subjects });
  const manifestOf = (version: Version) => deployed.find(version)?.system.manifest;
  const seals = new ClientSeals({ ...core, keysFile: options.encryptionKeysFile, manifestOf });
  const { ingress, room, ends, loads } = openDoor(options, core, inputCarrier(blobs, seals));
  const opened: ClientSeals["opened"] = (record) => seals.opened(record);
  const reader = createTaskReader({ ...core, shards: options.shards ?? 1, opened });
  const reconnects = followReconnects(link);
  const watch = {
    link,
    subjects,
    reader,
    hints: new HintListener(link, subjects),
    onReconnect: reconnects.onReconnect,
  };
  const api = new GatewayApi({ ...core, seals, reader, ingress, watch, blobs, loads });
  const audit = new AuditWriter({ link, subjects, source: "gateway", clock, random });
  const approvals = new ApprovalApi({
    ...core,
    reader,
    askSupervisor: (verb, body) => api.askSupervisor(verb, body),
    audit: (event, details) => audit.store(event, details, PATIENCE_MS),
    hint: (task) => api.hint(task),
  });
  const push = openPush({ ...core, api }, options);
  return {
    link,
    subjects,
    publisher,
    api,
    approvals,
    audit,
    supervisor,
    room,
    ends,
    deployed,
    reconnects,
    traces,
    push,
  };
}
