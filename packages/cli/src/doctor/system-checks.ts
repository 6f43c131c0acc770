import { messageOf, TroupeError } from "@troupe/runtime";
import { callService, findServer, IdentityList, type Link, Subjects, serverVersion } from "@troupe/runtime/internal";
import { z } from "zod";
import { type Check, type Finding, failed, ok, warning } from "./check.ts";

/** A nats-server that `troupe start` can run; fetched into the cache when there is none. */
export function serverBinaryCheck(env: NodeJS.ProcessEnv, progress: (line: string) => void): Check {
  return {
    name: "nats-server",
    run: async () => {
      try {
        const path = await findServer({ env, progress });
        return ok(`${(await serverVersion(path)) ?? "unknown version"} at ${path}`);
      } catch (error) {
        return failed(messageOf(error), {
          why: "without one `troupe start` cannot bring up a system on this machine; a running server elsewhere is as good",
          remedy: "install nats-server 2.14.4 or newer, or set NATS_SERVER_BIN",
        });
      }
    },
  };
}

const Health = z.looseObject({
  status: z.enum(["healthy", "degraded", "critical"]),
  reasons: z.array(z.string()),
  nodes: z.looseObject({ up: z.number() }),
});

type Health = z.infer<typeof Health>;

/** What the supervisor says of the cluster. */
export const supervisorCheck = (link: Link, system: string): Check => ({
  name: "supervisor",
  run: async () => {
    try {
      const subject = new Subjects(system).supervisor("health");
      return judgeHealth(Health.parse(await callService(link, subject, undefined, { ifLost: "unavailable" })));
    } catch (error) {
      if (!TroupeError.is(error, "unavailable")) throw error;
      return failed(`no supervisor answers: ${error.message}`, {
        why: "running work goes on, but dead nodes are noticed late, nothing is placed, and deadlines and timers wait",
        remedy: "start one: `troupe supervisor`; a second one beside it takes over when it ends",
      });
    }
  },
});

export function judgeHealth({ status, nodes, reasons }: Health): Finding {
  const text = `${status}, ${nodes.up} nodes up${reasons.map((reason) => `; ${reason}`).join("")}`;
  if (status === "healthy") return ok(text);
  const remedy = "`troupe status` shows nodes, queues and alerts";
  if (status === "degraded")
    return warning(text, { why: "part of what is deployed does not run, or runs badly", remedy });
  return failed(text, { why: "tasks stand still, or are about to", remedy });
}

/** Whether the server itself checks the graph. Needs an operator's link. */
export function graphCheck(link: Link, system: string): Check {
  const advice = {
    why: "a hijacked role could then send to any other, whatever the graph says",
    remedy: "docs/security.md says what this means; `troupe start` brings a server with accounts for roles",
  };
  return {
    name: "graph",
    run: async () => {
      const subject = new Subjects(system).identities("list");
      try {
        const { versions } = IdentityList.parse(await callService(link, subject, undefined, { ifLost: "unavailable" }));
        return ok(`the server checks it: the roles of ${versions.join(", ") || "no version yet"} have accounts`);
      } catch (error) {
        if (!TroupeError.is(error, "unavailable")) throw error;
        return warning(`the server does not check it: all roles share one NATS user (${error.message})`, advice);
      }
    },
  };
}

/** Whether a gateway takes requests. */
export function gatewayCheck(httpUrl: string, fetchUrl: typeof fetch = fetch): Check {
  const why = "clients over HTTP, A2A and MCP come in there";
  return {
    name: "gateway",
    run: async () => {
      try {
        const answer = await fetchUrl(`${httpUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
        if (answer.ok) return ok(`ready at ${httpUrl}`);
        return failed(`${httpUrl}/readyz answers ${answer.status}`, {
          why,
          remedy: `look at ${httpUrl}/health, which names the part that is down`,
        });
      } catch (error) {
        return failed(`${httpUrl} cannot be reached: ${messageOf(error)}`, {
          why,
          remedy: "start one: `troupe gateway`, or set TROUPE_HTTP_URL to where it is",
        });
      }
    },
  };
}
