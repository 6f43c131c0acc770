import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** A command of `troupe`: what help says of it, and how its code is loaded once it is wanted. */
export interface ListedCommand {
  readonly name: string;
  readonly description: string;
  readonly load: () => Promise<(cli: Cli) => Command>;
}

const listings = () => import("./commands/listings.ts");
const operations = () => import("./commands/operations.ts");
const task = () => import("./commands/task.ts");

/** In the order in which the help lists them. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: "start",
    description: "run everything on this machine: NATS, supervisor, gateway, nodes, model; and a task",
    load: async () => (await import("./commands/start.ts")).startCommand,
  },
  {
    name: "init",
    description: "make a small project that runs",
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  { name: "task", description: "run, submit, watch and end tasks", load: async () => (await task()).taskCommand },
  {
    name: "chat",
    description: "talk to a role: each line is a task of one session",
    load: async () => (await import("./commands/chat.ts")).chatCommand,
  },
  {
    name: "mcp",
    description:
      "offer roles as MCP tools on standard input and output, for programs that start their servers themselves",
    load: async () => (await import("./commands/mcp.ts")).mcpCommand,
  },
  { name: "tasks", description: "open and recent tasks", load: async () => (await task()).tasksCommand },
  {
    name: "status",
    description: "how the cluster is: nodes, actors, queues, alerts",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  {
    name: "nodes",
    description: "every node: state, load, labels, since when and why",
    load: async () => (await listings()).nodesCommand,
  },
  {
    name: "actors",
    description: "every replica: where it runs and how it is",
    load: async () => (await listings()).actorsCommand,
  },
  {
    name: "queues",
    description: "every mailbox: what waits and what is in hand",
    load: async () => (await listings()).queuesCommand,
  },
  {
    name: "placement",
    description: "where every replica runs, and why there or nowhere",
    load: async () => (await listings()).placementCommand,
  },
  {
    name: "events",
    description: "what the control plane noticed and decided, with the reasons",
    load: async () => (await import("./commands/events.ts")).eventsCommand,
  },
  {
    name: "graph",
    description: "draw the role graph of a system file, or of the running system",
    load: async () => (await import("./commands/graph.ts")).graphCommand,
  },
  {
    name: "deploy",
    description: "check a system file, show what it changes, and make it the desired state",
    load: async () => (await import("./commands/deploy.ts")).deployCommand,
  },
  {
    name: "migrate",
    description: "move a replica to a node, where it stays; nothing is lost or repeated",
    load: async () => (await operations()).migrateCommand,
  },
  {
    name: "pause",
    description: "a role takes no more messages; what it runs it finishes",
    load: async () => (await operations()).pauseCommand,
  },
  {
    name: "resume",
    description: "a paused role takes messages again",
    load: async () => (await operations()).resumeCommand,
  },
  {
    name: "scale",
    description: "how many replicas of a role run",
    load: async () => (await operations()).scaleCommand,
  },
  {
    name: "restart",
    description: "a new instance of a replica, or of all of a role; also of stopped ones",
    load: async () => (await operations()).restartCommand,
  },
  {
    name: "stop",
    description: "a replica finishes what it runs and ends, until it is restarted",
    load: async () => (await operations()).stopCommand,
  },
  {
    name: "drain",
    description: "a node's replicas move elsewhere, it finishes what it runs, and leaves",
    load: async () => (await operations()).drainCommand,
  },
  { name: "operation", description: "how far an operation is", load: async () => (await listings()).operationCommand },
  {
    name: "approvals",
    description: "look at what waits for a person's decision, and decide",
    load: async () => (await import("./commands/approvals.ts")).approvalsCommand,
  },
  {
    name: "dead",
    description: "the dead-letter desk: look at hops that were parked, and decide what becomes of them",
    load: async () => (await import("./commands/dead.ts")).deadCommand,
  },
  {
    name: "token",
    description: "API keys of the HTTP edge",
    load: async () => (await import("./commands/token.ts")).tokenCommand,
  },
  {
    name: "audit",
    description: "what happened that concerns security, and whether its record is whole",
    load: async () => (await import("./commands/audit.ts")).auditCommand,
  },
  {
    name: "usage",
    description: "what model calls used and cost; of the last 30 days",
    load: async () => (await import("./commands/usage.ts")).usageCommand,
  },
  {
    name: "slo",
    description: "how the service level objectives are kept",
    load: async () => (await import("./commands/slo.ts")).sloCommand,
  },
  {
    name: "runbook",
    description: "what to do when objectives are missed",
    load: async () => (await import("./commands/runbook.ts")).runbookCommand,
  },
  {
    name: "budgets",
    description: "what was spent from each account, and what calls that run have reserved",
    load: async () => (await import("./commands/budgets.ts")).budgetsCommand,
  },
  {
    name: "cache",
    description: "answers of models that are kept for the same question",
    load: async () => (await import("./commands/cache.ts")).cacheCommand,
  },
  {
    name: "doctor",
    description: "check this machine and the running system, and say how to mend what is wrong",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  {
    name: "node",
    description: "join this machine to the system and run actors; SIGTERM drains",
    load: async () => (await import("./commands/node.ts")).nodeCommand,
  },
  {
    name: "supervisor",
    description: "run the control plane; of several, one leads and the others stand by",
    load: async () => (await import("./commands/supervisor.ts")).supervisorCommand,
  },
  {
    name: "gateway",
    description: "run the ingress and the HTTP edge; any number of them",
    load: async () => (await import("./commands/gateway.ts")).gatewayCommand,
  },
  {
    name: "issuer",
    description: "give roles and nodes their credentials, on NATS servers that you run yourself; one of them",
    load: async () => (await import("./commands/issuer.ts")).issuerCommand,
  },
  {
    name: "auth",
    description: "identities for NATS servers that you run yourself: keys, credentials, configuration",
    load: async () => (await import("./commands/auth.ts")).authCommand,
  },
  {
    name: "encryption",
    description: "keys that stored bodies of tasks are encrypted with",
    load: async () => (await import("./commands/encryption.ts")).encryptionCommand,
  },
];
