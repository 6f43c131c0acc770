/** The doors of the deployed system as agents of the agent protocol: each a micro service of its own, with heartbeats. */
import {
  AGENT_PROTOCOL_VERSION,
  AGENT_SERVICE,
  type AgentHeartbeat,
  type Clock,
  type CompiledSystem,
  type Link,
  type Logger,
  messageOf,
  type Random,
  ROLE_AGENT,
  rfc3339,
  roleAgentSubject,
  type Service,
  serve,
} from "@troupe/runtime/internal";
import type { Caller, TaskApi } from "../task/task-api.ts";
import type { DoorTraces } from "../telemetry/door-traces.ts";
import { AnswerBox } from "./answer-box.ts";
import { answerPrompt, type PromptPorts } from "./answer-prompt.ts";

export interface RoleAgentsOptions {
  readonly link: Link;
  readonly system: string;
  readonly api: TaskApi;
  readonly caller: Caller;
  readonly traces: Pick<DoorTraces, "message">;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** An agent that runs, with what it was described as: discovery tells that for as long as it lives. */
interface RunningAgent {
  readonly service: Service;
  readonly description: string;
}

const INTERVAL_S = 30;
/** What every server carries, for as long as it has not said. */
const COMMON_PAYLOAD_BYTES = 1024 * 1024;

export class RoleAgents {
  readonly #options: RoleAgentsOptions;
  readonly #prompts: PromptPorts;
  readonly #answers: AnswerBox;
  readonly #running = new Map<string, RunningAgent>();
  readonly #heart: NodeJS.Timeout;
  #isStopped = false;

  constructor(options: RoleAgentsOptions) {
    this.#options = options;
    this.#answers = new AnswerBox(options);
    this.#prompts = { ...options, answers: this.#answers };
    this.#heart = setInterval(() => this.#beatAll(), INTERVAL_S * 1_000);
    this.#heart.unref();
  }

  /** Serves exactly the doors of this system; called whenever it may have changed. */
  follow(system: CompiledSystem | undefined): void {
    if (this.#isStopped) return;
    const wanted = new Map([...(system?.doors ?? [])].map((role) => [role, describe(system, role)] as const));
    for (const [role, { service, description }] of this.#running) {
      if (wanted.get(role) === description) continue;
      this.#running.delete(role);
      void service.stop();
    }
    for (const [role, description] of wanted) if (!this.#running.has(role)) this.#start(role, description);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#heart);
    this.#answers.stop();
    const running = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(running.map(({ service }) => service.stop()));
  }

  #start(role: string, description: string): void {
    const { link, system, version, logger } = this.#options;
    const maxBytes = link.nc.info?.max_payload ?? COMMON_PAYLOAD_BYTES;
    const service = serve(link, {
      name: AGENT_SERVICE,
      version,
      description,
      metadata: { agent: ROLE_AGENT, owner: system, protocol_version: AGENT_PROTOCOL_VERSION },
      logger,
      endpoints: {
        prompt: {
          subject: roleAgentSubject("prompt", system, role),
          queueGroup: AGENT_SERVICE,
          maxBytes,
          metadata: { max_payload: `${maxBytes}B`, attachments_ok: "false" },
          handle: (request) => answerPrompt(this.#prompts, role, request),
        },
        status: {
          subject: roleAgentSubject("status", system, role),
          queueGroup: AGENT_SERVICE,
          handle: (request) => request.respond(this.#heartbeat(service.id)),
        },
      },
    });
    this.#running.set(role, { service, description });
    this.#beat(role, service.id);
  }

  #beatAll(): void {
    for (const [role, { service }] of this.#running) this.#beat(role, service.id);
  }

  #beat(role: string, id: string): void {
    const { link, system, logger } = this.#options;
    try {
      link.nc.publish(roleAgentSubject("hb", system, role), JSON.stringify(this.#heartbeat(id)));
    } catch (error) {
      logger.debug({ role, reason: messageOf(error) }, "heartbeat of an agent not sent");
    }
  }

  #heartbeat(id: string): AgentHeartbeat {
    const { clock, system } = this.#options;
    return { agent: ROLE_AGENT, owner: system, instance_id: id, ts: rfc3339(clock.nowMs()), interval_s: INTERVAL_S };
  }
}

const describe = (system: CompiledSystem | undefined, role: string): string =>
  system?.roles.get(role)?.manifest.description ?? `The role ${role}`;
