/** Prompts to agents on NATS on behalf of hosts: only where the deployment says that the role's agent is, and never to this system's own. */
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  TroupeError,
} from "@troupe/runtime";
import { PromptSubject, ROLE_AGENT, type ToolManifest } from "@troupe/runtime/internal";
import { AGENT_PROMPT_SERVICE, type AgentPromptAnswer, AgentPromptQuestion } from "./agent-prompt-messages.ts";
import { deployedTool, requireTaint } from "./manifest-tool.ts";
import { NodeAccess } from "./node-access.ts";
import { readQuestion } from "./read-question.ts";
import { RunningPrompt } from "./running-prompt.ts";

const ID_BYTES = 16;
/** Prompts of one host under way. */
const MOST_PROMPTS = 1_000;

type Begin = Extract<AgentPromptQuestion, { op: "begin" }>;
type Next = Extract<AgentPromptQuestion, { op: "next" }>;

/** The service, for a node's program. */
export const agentPromptService = (): BrokerService => ({
  name: AGENT_PROMPT_SERVICE,
  open: (ports) => new AgentPromptHandler(ports),
});

class AgentPromptHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #access: NodeAccess;
  /** By host, then by id. */
  readonly #hosts = new Map<string, Map<string, RunningPrompt>>();

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#access = NodeAccess.of(ports);
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(AgentPromptQuestion, body);
    if (question.op === "begin") return this.#begin(caller, question);
    if (question.op === "next") return this.#next(caller, question);
    this.#forget(caller.incarnation, question.promptId);
    return null;
  }

  hostEnded(incarnation: string): void {
    for (const prompt of this.#hosts.get(incarnation)?.values() ?? []) prompt.stop();
    this.#hosts.delete(incarnation);
  }

  async close(): Promise<void> {
    for (const incarnation of this.#hosts.keys()) this.hostEnded(incarnation);
    await this.#access.close();
  }

  async #begin(caller: BrokerCaller, order: Begin): Promise<AgentPromptAnswer> {
    const { tool, manifest } = await deployedTool(this.#ports, caller, order.tool);
    const subject = permittedSubject(tool, this.#ports.subjects.system);
    requireTaint({ tool, manifest }, order.taint);
    const link = await this.#access.link();
    const running = this.#of(caller.incarnation);
    for (const [id, prompt] of running) if (prompt.isAbandoned) this.#forget(caller.incarnation, id);
    if (running.size >= MOST_PROMPTS) throw new TroupeError("unavailable", "the host has too many prompts under way");
    const prompt = new RunningPrompt(link, { ...order, subject }, this.#ports.clock);
    const promptId = Buffer.from(this.#ports.random.bytes(ID_BYTES)).toString("hex");
    running.set(promptId, prompt);
    if (!(await prompt.isUnserved())) return { promptId, text: "", end: null };
    this.#forget(caller.incarnation, promptId);
    throw new TroupeError("unavailable", `nobody takes prompts on ${subject}`);
  }

  async #next({ incarnation }: BrokerCaller, { promptId, waitMs }: Next): Promise<AgentPromptAnswer> {
    const prompt = this.#hosts.get(incarnation)?.get(promptId);
    if (prompt === undefined) throw new TroupeError("outcome_unknown", "the node has no such prompt any more");
    const news = await prompt.next(waitMs);
    if (news.end !== null) this.#forget(incarnation, promptId);
    return { promptId, ...news };
  }

  #of(incarnation: string): Map<string, RunningPrompt> {
    const running = this.#hosts.get(incarnation) ?? new Map<string, RunningPrompt>();
    this.#hosts.set(incarnation, running);
    return running;
  }

  #forget(incarnation: string, promptId: string): void {
    const running = this.#hosts.get(incarnation);
    running?.get(promptId)?.stop();
    running?.delete(promptId);
  }
}

/** The agent's subject. Throws `forbidden` for what is no agent, or one of this system: its roles are reached by edges. */
function permittedSubject({ name, kind, target = "" }: ToolManifest, system: string): string {
  const isOwn = target.startsWith(`agents.prompt.${ROLE_AGENT}.${system}.`);
  if (kind === "service" && PromptSubject.safeParse(target).success && !isOwn) return target;
  throw new TroupeError("forbidden", `${name} is no agent that a role may prompt`);
}
