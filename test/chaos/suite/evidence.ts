/** What a round left behind: everything that it is judged by. */
import type { OfflineRequest } from "@troupe/agents";
import type { AuditEntry, AuditFinding, StoredControlEvent, TaskId } from "@troupe/runtime/internal";
import type { SeenEvent } from "../../support/event-client.ts";
import type { History } from "../../support/history.ts";
import type { Received } from "./effect-receiver.ts";
import type { AskedAct } from "./load/approval-load.ts";
import type { Turn } from "./load/conversations.ts";
import type { FollowedTask, Look } from "./load/http-load.ts";
import type { Spill } from "./secret-search.ts";

/** A fault as it was done. Times are ms since 1970. */
export interface Struck {
  readonly fault: string;
  readonly target: string;
  /** Whom tries before it have harmed that came too late. */
  readonly missed: readonly string[];
  readonly atMs: number;
  readonly healedAtMs: number;
  /** What is missing to say that it did what it should. */
  readonly unseen: string | undefined;
}

/** A task's events as clients saw them while faults struck, and as they are told to who asks for all of them afterwards. */
export interface FollowedEvents extends FollowedTask {
  readonly whole: readonly SeenEvent[];
}

/** What a part holds while nothing is to be done. */
export interface AtRest {
  readonly part: string;
  /** Open files and sockets of the one of its processes that has most: a node may have more hosts than before, where an actor runs alone. */
  readonly handles: number;
  /** Heap of its first process after a collection of garbage, bytes. */
  readonly heapBytes: number;
}

export interface Round {
  readonly history: History;
  /** Tasks of the load, which end with the receipt of their effect: what a client was told is accepted. */
  readonly accepted: readonly TaskId[];
  /** All others that clients were told are accepted: turns, acts, those that faults started. */
  readonly strays: readonly TaskId[];
  readonly received: readonly Received[];
  /** What came to the model. */
  readonly modelCalls: readonly OfflineRequest[];
  readonly events: readonly StoredControlEvent[];
  readonly struck: readonly Struck[];
  readonly turns: readonly Turn[];
  readonly acts: readonly AskedAct[];
  readonly followed: readonly FollowedEvents[];
  readonly looks: readonly Look[];
  /** Tenant that submitted each task over HTTP. */
  readonly tenantOf: ReadonlyMap<TaskId, string>;
  readonly audit: { readonly entries: readonly AuditEntry[]; readonly findings: readonly AuditFinding[] };
  readonly spills: readonly Spill[];
  /** Parts that ended by themselves. */
  readonly fallen: readonly string[];
  readonly before: readonly AtRest[];
  readonly after: readonly AtRest[];
  /** How many times slower than alone the machine was at rest, before or after; at least 1 (slowness.ts). */
  readonly slowness: number;
  /** Messages that were not taken or not acked when everything had ended, by mailbox. */
  readonly queued: Readonly<Record<string, number>>;
}
