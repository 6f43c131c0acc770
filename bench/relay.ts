/** The relay that everything is measured on: client → a → b → c → client, 1 KiB bodies. */
import { isVersion, type Subjects, type Version } from "@troupe/runtime/internal";
import type { ChainName } from "./messages.ts";

export const RELAY_ROLES = ["a", "b", "c"] as const;
export type RelayRole = (typeof RELAY_ROLES)[number];

export const BODY_BYTES = 1_024;
function requireVersion(text: string): Version {
  if (!isVersion(text)) throw new RangeError(`not a version: ${text}`);
  return text;
}

export const RELAY_VERSION = requireVersion("v1");

/** Hop token of the raw chain, which has no hops: as long as a real one, and one a role, since a record's subject is written once. */
export const RAW_HOP = "0".repeat(26);

const NEXT: Readonly<Record<RelayRole, RelayRole | "client">> = { a: "b", b: "c", c: "client" };

/** The role that follows, or the client. */
export const nextOf = (role: RelayRole): RelayRole | "client" => NEXT[role];

export function requireRelayRole(text: string): RelayRole {
  const role = RELAY_ROLES.find((r) => r === text);
  if (!role) throw new RangeError(`the relay has no role ${text}`);
  return role;
}

/** Where the task stands in the subject of a raw chain's record. */
const TASK_TOKEN = 4;

/** The task that a raw chain's record is of. */
export const rawTaskOf = (subject: string): string => subject.split(".", TASK_TOKEN + 1)[TASK_TOKEN] ?? "";

/** What a role of the raw relay publishes next, after the task. */
export function rawNextOf(role: RelayRole): string {
  const next = nextOf(role);
  return next === "client" ? RAW_END : `${RAW_HOP}.${role}.m.send.${next}`;
}

/** What follows the task in the subject of the raw chains' last record. */
export const RAW_END = "end.end.t.done.client";

/** How many answers the fan-out waits for. */
export const FAN_OUT = 8;

/** The roles of a chain: the fan-out needs one that asks and one that answers. */
export const rolesOf = (chain: ChainName): readonly RelayRole[] =>
  chain === "fan-out" || chain === "raw-fan-out" ? ["a", "b"] : RELAY_ROLES;

/** Subject on which a role of the core chain listens. */
export const coreSubject = (role: RelayRole): string => `bench.core.${role}`;

/** What a task carries: 1 KiB of JSON in which `step` tells the roles whether to journal one. */
export type RelayBody = { readonly step: boolean; readonly pad: string };

export function relayBody(step: boolean): RelayBody {
  const empty = JSON.stringify({ step, pad: "" }).length;
  return { step, pad: "x".repeat(BODY_BYTES - empty) };
}

/** Filter over the terminal records of all tasks of the relay's one shard. */
export const allEnds = (subjects: Subjects): string => subjects.everywhere(0, "t.done.client");
