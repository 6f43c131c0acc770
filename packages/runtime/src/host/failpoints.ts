/**
 * Places at which a test lets a host die, chosen by the environment: `TROUPE_FAILPOINTS=<role>:<failpoint>[@<n>]:<file>[,…]`. The first hop
 * of the role that comes there, or the n-th time that one does so in this process, creates the file and kills the process; while the file
 * exists nothing happens, so that the next host goes on. With `TROUPE_FAILPOINTS_KILL=node` the host's node dies as well.
 */
import { closeSync, openSync } from "node:fs";
import { TroupeError } from "../errors.ts";
import { FAILPOINTS, type Failpoint } from "../hop/ports.ts";

interface Point {
  readonly role: string;
  readonly failpoint: Failpoint;
  /** 1 = the first time. */
  readonly time: number;
  readonly file: string;
}

/** What a role's hops call at each failpoint; `undefined` for roles without one. */
export type FailpointOf = (role: string) => ((name: Failpoint) => void) | undefined;

/** Reads the setting. Throws `invalid_config` for what is none: a test must not pass since nothing was killed. */
export function failpointsOf(text: string | undefined, die: () => void): FailpointOf {
  const points = (text ?? "").split(",").filter(Boolean).map(pointOf);
  return (role) => {
    const own = points.filter((point) => point.role === role);
    if (own.length === 0) return undefined;
    const times = new Map<Failpoint, number>();
    return (name) => {
      const time = (times.get(name) ?? 0) + 1;
      times.set(name, time);
      if (own.some((point) => point.failpoint === name && point.time <= time && isFirst(point.file))) die();
    };
  };
}

/**
 * What kill(2) is to be given at a failpoint: the host's own process id, or 0, its process group. A node that was started as the leader of a
 * group shares it with its hosts and nobody else, so all of them die at the same instant. Throws `invalid_config` for what is neither.
 */
export function victimOf(text: string | undefined, ownPid: number): number {
  if (text === undefined || text === "host") return ownPid;
  if (text === "node") return 0;
  throw new TroupeError("invalid_config", `TROUPE_FAILPOINTS_KILL: ${JSON.stringify(text)} is neither host nor node`);
}

function pointOf(text: string): Point {
  const [role = "", place = "", ...rest] = text.split(":");
  const [, name, time = "1"] = /^([a-z-]+)(?:@([1-9]\d{0,3}))?$/.exec(place) ?? [];
  const failpoint = FAILPOINTS.find((known) => known === name);
  const file = rest.join(":");
  if (role === "" || failpoint === undefined || file === "") {
    throw new TroupeError(
      "invalid_config",
      `TROUPE_FAILPOINTS: ${JSON.stringify(text)} is no <role>:<failpoint>[@<n>]:<file>; failpoints are ${FAILPOINTS.join(", ")}`,
    );
  }
  return { role, failpoint, time: Number(time), file };
}

function isFirst(file: string): boolean {
  try {
    closeSync(openSync(file, "wx"));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
