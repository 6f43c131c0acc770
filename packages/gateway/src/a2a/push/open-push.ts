import { type Clock, guardedFetch, type Link, type Logger, type Random, type Subjects } from "@troupe/runtime/internal";
import type { TaskApi } from "../../task/task-api.ts";
import { pushBucket } from "./push-row.ts";
import { PushSender } from "./push-sender.ts";
import { PushStore } from "./push-store.ts";

/** Push notifications of one gateway: what clients asked for, and the sender. */
export interface Push {
  readonly store: PushStore;
  readonly sender: PushSender;
}

export interface PushPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly api: TaskApi;
}

export interface PushSettings {
  /** Hosts to which push notifications may go although their addresses are private; default none. */
  readonly pushPrivateHosts?: readonly string[] | undefined;
  /** How long another gateway leaves a silent sender of push notifications alone, ms; default 30,000. */
  readonly pushLeaseMs?: number | undefined;
}

export function openPush(ports: PushPorts, { pushPrivateHosts = [], pushLeaseMs }: PushSettings): Push {
  const bucket = pushBucket(ports);
  const id = Buffer.from(ports.random.bytes(9)).toString("base64url");
  const send = guardedFetch({ privateHosts: pushPrivateHosts });
  return {
    store: new PushStore(bucket, pushPrivateHosts),
    sender: new PushSender({ ...ports, bucket, send, id, leaseMs: pushLeaseMs }),
  };
}
