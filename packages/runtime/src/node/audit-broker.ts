import { z } from "zod";
import { AuditWriter } from "../audit/audit-writer.ts";
import { AuditEvent } from "../contracts/audit.ts";
import { TroupeError } from "../errors.ts";
import { OnDemand } from "../on-demand.ts";
import type { BrokerCaller, BrokerHandler, BrokerPorts, BrokerService } from "./broker-service.ts";

/** What a host may report: its tool gate's decisions, and escalation rules that fired. Who and for which task is the node's to say. */
const Report = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("tool_call"),
    tool: z.string().min(1).max(128),
    outcome: z.enum(["begun", "done", "failed"]),
  }),
  z.strictObject({
    event: z.literal("tool_refused"),
    tool: z.string().min(1).max(128),
    code: z.string().min(1).max(128),
    reason: z.string().max(1_024),
  }),
  z.strictObject({
    event: z.literal("guardrail_fired"),
    verdict: z.enum(["allow", "redact", "block"]),
    severity: z.enum(["low", "medium", "high", "critical"]),
    place: z.enum(["input", "output", "toolArguments", "toolResults"]),
    party: z.string().max(128),
    rules: z.array(z.string().min(1).max(128)).max(200),
    model: z.string().max(256).optional(),
    score: z.number().min(0).max(1).optional(),
  }),
  z.strictObject({
    event: z.literal("rule_fired"),
    rule: z.string().min(1).max(128),
    handler: z.string().min(1).max(128),
    severity: z.string().min(1).max(128),
    reason: z.string().max(1_024),
  }),
]);

/**
 * The node's service `audit`: `ctx.ask("audit", {event: "tool_refused", …})` answers when the entry is stored, under the role that asks.
 * Throws `invalid_request`, `unavailable`, `store_full`.
 */
export function auditService(): BrokerService {
  return { name: "audit", open: (ports) => new AuditBroker(ports) };
}

interface OpenWriter {
  readonly writer: AuditWriter;
  close(): Promise<void>;
}

class AuditBroker implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #writer = new OnDemand(() => this.#openWriter());

  /** Nothing is opened before the first report. */
  constructor(ports: BrokerPorts) {
    this.#ports = ports;
  }

  async ask({ version, role, task }: BrokerCaller, body: unknown): Promise<true> {
    const report = Report.safeParse(body);
    if (!report.success)
      throw new TroupeError("invalid_request", `no report for the audit: ${z.prettifyError(report.error)}`);
    const who = { node: this.#ports.node, role, version };
    const event = AuditEvent.parse({ ...report.data, who, ...(task === undefined ? {} : { task }) });
    const { writer } = await this.#writer.get();
    await writer.store(event);
    return true;
  }

  async close(): Promise<void> {
    const opened = await this.#writer.ifOpened();
    await opened?.close();
  }

  async #openWriter(): Promise<OpenWriter> {
    const { openLink, subjects, clock, random } = this.#ports;
    const link = await openLink();
    const writer = new AuditWriter({ link, subjects, source: "node", clock, random });
    return {
      writer,
      close: async () => {
        writer.close();
        await link.close();
      },
    };
  }
}
