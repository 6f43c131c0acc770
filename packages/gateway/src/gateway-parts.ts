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
  type Publisher,
  type Random,
  Subjects,
  startPull,
  systemRandom,
  type Version,
} from "@troupe/runtime/internal";
import { openPush, type Push } from "./a2a/push/open-push.ts";
import { ApprovalApi } from "./approvals/approval-api.ts";
import { type SupervisorApi, supervisorApi } from "./cluster/supervisor-api.ts";
import { ClientSeals } from "./encryption/client-seals.ts";
import type { ClockedGatewayOptions } from "./gateway-options.ts";
import { inputCarrier } from "./ingress/carried-input.ts";
import { DeployedSystem } from "./ingress/deployed-system.ts";
import { endNotices } from "./ingress/end-watch.ts";
import { groupWrites } from "./ingress/grouped-writes.ts";
import { type Door, type DoorPorts, openDoor } from "./ingress/open-door.ts";
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

async function openCore(options: ClockedGatewayOptions, link: Link): Promise<Core> {
  const { system, logger, clock, random = systemRandom } = options;
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

function doorPorts(options: ClockedGatewayOptions, core: Core, carried: DoorPorts["carried"]): DoorPorts {
  const { link, subjects, publisher, deployed, supervisor, logger } = core;
  const { shards = 1, tenant = "default", backlogLimit = DEFAULT_BACKLOG } = options;
  const stream = subjects.stream("INGRESS");
  return {
    ...core,
    keyLog: streamWriter(link, publisher, subjects.stream("KEYS")),
    waiting: streamWriter(link, publisher, stream),
    pull: (durable, slots, run) => startPull({ link, stream, durable, slots, logger, run }),
    notices: endNotices(link, subjects),
    askActors: () => supervisor.read("actors"),
    shards,
    tenant,
    backlogLimit,
    current: () => deployed.current(),
    isServed: (version) => deployed.isServed(version),
    carried,
  };
}

/** Puts a gateway together on its connection; nothing of it takes anything yet. */
export async function openParts(options: ClockedGatewayOptions, link: Link): Promise<GatewayParts> {
  const core = await openCore(options, link);
  const { subjects, publisher, clock, random, deployed, supervisor, traces } = core;
  const blobs = createBlobs({ link, publisher, subjects });
  const manifestOf = (version: Version) => deployed.find(version)?.system.manifest;
  const seals = new ClientSeals({ ...core, keysFile: options.encryptionKeysFile, manifestOf });
  const { ingress, room, ends, loads } = openDoor(doorPorts(options, core, inputCarrier(blobs, seals)));
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
