import { messageOf, TroupeError } from "@troupe/runtime";
import { callService, findServer, IdentityList, type Link, Subjects, serverVersion } from "@troupe/runtime/internal";
import { z } from "zod";
import { type Check, failed, ok, warning } from "./check.ts";

/** A nats-server that `troupe start` can run; fetched into the cache when there is none. */
export function serverBinaryCheck(env: NodeJS.ProcessEnv, progress: (line: string) => void): Check {
  return {
    name: "nats-server",
    run: async () => {
      try {
        const path = await findServer({ env, progress });
        return ok(`${(await serverVersion(path)) ?? "unknown version"} at ${path}`);
      } catch (error) {
        return failed(messageOf(error), "install nats-server 2.14.4 or newer, or set NATS_SERVER_BIN");
      }
    },
  };
}

/** The server that the link reached. That it is new enough was checked when the link was opened. */
export function connectionCheck(link: Link): Check {
  return {
    name: "nats",
    run: async () => {
      const roundTripMs = await link.nc.rtt();
      return ok(`nats-server ${link.nc.info?.version ?? "?"} at ${link.nc.getServer()}, round trip ${roundTripMs} ms`);
    },
  };
}

const Health = z.looseObject({
  status: z.enum(["healthy", "degraded", "critical"]),
  reasons: z.array(z.string()),
  nodes: z.looseObject({ up: z.number() }),
});

/** What the supervisor says of the cluster. */
export function supervisorCheck(link: Link, system: string): Check {
  return {
    name: "supervisor",
    run: async () => {
      const health = Health.parse(
        await callService(link, new Subjects(system).supervisor("health"), undefined, { ifLost: "unavailable" }),
      );
      const text = `${health.status}, ${health.nodes.up} nodes up${health.reasons.map((reason) => `; ${reason}`).join("")}`;
      if (health.status === "healthy") return ok(text);
      const remedy = "`troupe status` shows nodes, queues and alerts";
      return health.status === "degraded" ? warning(text, remedy) : failed(text, remedy);
    },
  };
}

/** Whether the server itself checks the graph. Needs an operator's link. */
export function graphCheck(link: Link, system: string): Check {
  const remedy = "docs/security.md says what this means; `troupe start` brings a server with accounts for roles";
  return {
    name: "graph",
    run: async () => {
      const subject = new Subjects(system).identities("list");
      try {
        const { versions } = IdentityList.parse(await callService(link, subject, undefined, { ifLost: "unavailable" }));
        return ok(`the server checks it: the roles of ${versions.join(", ") || "no version yet"} have accounts`);
      } catch (error) {
        if (!TroupeError.is(error, "unavailable")) throw error;
        return warning(`the server does not check it: all roles share one NATS user (${error.message})`, remedy);
      }
    },
  };
}

/** Whether a gateway takes requests. */
export function gatewayCheck(httpUrl: string): Check {
  return {
    name: "gateway",
    run: async () => {
      const answer = await fetch(`${httpUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return ok(`ready at ${httpUrl}`);
      return failed(
        `${httpUrl}/readyz answers ${answer.status}`,
        `look at ${httpUrl}/health, which names the part that is down`,
      );
    },
  };
}
