/**
 * Places at which a test lets a host die, chosen by the environment: `TROUPE_FAILPOINTS=<role>:<failpoint>:<file>[,…]`. The first hop of
 * the role that comes there creates the file and kills the process; while the file exists nothing happens, so that the next host goes on.
 */
import { closeSync, openSync } from "node:fs";
import { TroupeError } from "../errors.ts";
import { FAILPOINTS, type Failpoint } from "../hop/ports.ts";

interface Point {
  readonly role: string;
  readonly failpoint: Failpoint;
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
    return (name) => {
      if (own.some((point) => point.failpoint === name && isFirst(point.file))) die();
    };
  };
}

function pointOf(text: string): Point {
  const [role = "", name = "", ...rest] = text.split(":");
  const failpoint = FAILPOINTS.find((known) => known === name);
  const file = rest.join(":");
  if (role === "" || failpoint === undefined || file === "") {
    throw new TroupeError(
      "invalid_config",
      `TROUPE_FAILPOINTS: ${JSON.stringify(text)} is no <role>:<failpoint>:<file>; failpoints are ${FAILPOINTS.join(", ")}`,
    );
  }
  return { role, failpoint, file };
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
