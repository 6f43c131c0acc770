/** The node's service `limits`: one limit a provider for the whole fleet, fair between tenants. */
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  messageOf,
  TroupeError,
} from "@troupe/runtime";
import { CasBucket, type DependencyReport, every, OnDemand } from "@troupe/runtime/internal";
import { token } from "../budgets/nest.ts";
import type { ModelSettings } from "../config/load.ts";
import { DEFAULT_BREAKER } from "../models/breaker.ts";
import { providerOf } from "../models/registry.ts";
import { DependencyWatch } from "../node-services/dependency-watch.ts";
import { NodeAccess } from "../node-services/node-access.ts";
import { readQuestion } from "../node-services/read-question.ts";
import { isToolRateKey } from "../node-services/tool-rate.ts";
import { LIMIT_SERVICE, LimitQuestion } from "./limit-messages.ts";
import { merged, observed, ProviderLimit, unlimited } from "./provider-limit.ts";
import { ProviderQueue, type Turn } from "./provider-queue.ts";

/** A turn that nobody ends is over then: longer than any answer may take. Ms. */
const LONGEST_TURN_MS = 900_000;
const CARE_EVERY_MS = 10_000;
/** Between two writes of what a provider said, ms. */
const WRITE_EVERY_MS = 500;
const KEPT_MS = 3_600_000;
const MAX_CONFLICTS = 5;

type Bucket = CasBucket<ProviderLimit>;

/** The service, for a node's program. `settings` says who is behind an alias on this node. */
export function limitService(settings: ModelSettings): BrokerService {
  return { name: LIMIT_SERVICE, open: (ports) => new LimitHandler(ports, settings) };
}

interface OpenTurn {
  readonly turn: Turn;
  /** `<provider> <model>`. */
  readonly endpoint: string;
  readonly host: string;
  readonly beganMs: number;
}

class LimitHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #settings: ModelSettings;
  readonly #access: NodeAccess;
  readonly #queues = new Map<string, ProviderQueue>();
  readonly #writing = new Map<string, Promise<void>>();
  readonly #turns = new Map<string, OpenTurn>();
  readonly #closed = new AbortController();
  readonly #bucket = new OnDemand(() => this.#openBucket());
  readonly #endpoints: DependencyWatch;
  #taken = 0;

  constructor(ports: BrokerPorts, settings: ModelSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#access = NodeAccess.of(ports);
    this.#endpoints = new DependencyWatch("model", ports.clock, DEFAULT_BREAKER);
    void every(CARE_EVERY_MS, ports, this.#closed.signal, "care for turns", () => this.#expire());
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(LimitQuestion, body, "limits");
    if (question.op === "enter") return { turn: await this.#enter(caller, question.model, question.tokens) };
    const open = this.#turns.get(question.turn);
    if (open?.host !== caller.incarnation) return null;
    if (question.result !== undefined) this.#endpoints.heard(open.endpoint, question.result, question.reason);
    this.#end(question.turn, open, question);
    return null;
  }

  dependencies(): readonly DependencyReport[] {
    return this.#endpoints.reports();
  }

  hostEnded(incarnation: string): void {
    for (const [id, open] of this.#turns) if (open.host === incarnation) this.#end(id, open, {});
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const queue of this.#queues.values()) queue.close();
    await Promise.all(this.#writing.values());
    await this.#access.close();
  }

  async #enter({ version, task, incarnation }: BrokerCaller, model: string, tokens: number): Promise<string> {
    if (task === undefined) throw new TroupeError("invalid_request", "limits: a call without a task");
    const { manifest } = await this.#ports.deploymentOf(version);
    const { provider, model: name } = providerOf(model, manifest.models, this.#settings);
    const { tenant } = await this.#access.owners.of(task);
    const endpoint = `${provider} ${name}`;
    const queue = await this.#queueOf(endpoint);
    const turn = await queue.enter(tenant, { requests: 1, tokens });
    const id = `t${++this.#taken}`;
    this.#turns.set(id, { turn, endpoint, host: incarnation, beganMs: this.#ports.clock.monotonicMs() });
    return id;
  }

  #end(id: string, { turn }: OpenTurn, told: Parameters<Turn["end"]>[0]): void {
    this.#turns.delete(id);
    turn.end(told);
  }

  #expire(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    for (const [id, open] of this.#turns) if (nowMs - open.beganMs > LONGEST_TURN_MS) this.#end(id, open, {});
  }

  async #queueOf(name: string): Promise<ProviderQueue> {
    const key = token(name);
    const known = this.#queues.get(key);
    if (known) return known;
    const { clock, node } = this.#ports;
    const queue = new ProviderQueue(unlimited(name), node, clock, () => this.#tellSoon(key));
    this.#queues.set(key, queue);
    // The others share with this node before it calls; what they have learned it knows.
    await this.#tell(key);
    return queue;
  }

  /** One write at a time and provider; what changes meanwhile goes with the next one. */
  #tellSoon(key: string): void {
    if (this.#writing.has(key) || this.#closed.signal.aborted) return;
    const writing = (async () => {
      const { restUntilMs } = this.#queues.get(key)?.limit ?? unlimited(key);
      const isUrgent = restUntilMs > this.#ports.clock.nowMs();
      if (!isUrgent) await this.#ports.clock.sleep(WRITE_EVERY_MS, this.#closed.signal).catch(() => undefined);
      this.#writing.delete(key);
      await this.#tell(key);
    })();
    this.#writing.set(key, writing);
  }

  /** Writes what this node knows together with what is known, and learns that. The limit is shared as well as it can be: never throws. */
  async #tell(key: string): Promise<void> {
    const queue = this.#queues.get(key);
    if (queue === undefined) return;
    const { node, clock, logger } = this.#ports;
    try {
      const bucket = await this.#bucket.get();
      for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
        const row = await bucket.get(key);
        const own = observed(queue.limit, {}, node, clock.nowMs());
        const limit = row === undefined ? own : merged(own, row.value);
        try {
          await bucket.put(key, limit, row?.revision);
          queue.learn(limit);
          return;
        } catch (error) {
          if (!TroupeError.is(error, "conflict")) throw error;
        }
      }
    } catch (error) {
      logger.warn({ provider: queue.limit.name, reason: messageOf(error) }, "a provider's limit was not shared");
    }
  }

  async #openBucket(): Promise<Bucket> {
    const { subjects, clock, random, logger } = this.#ports;
    const link = await this.#access.link();
    const bucket = new CasBucket({
      link,
      subjects,
      bucket: "limits",
      schema: ProviderLimit,
      isOwnKey: (key) => !isToolRateKey(key),
      keptMs: () => KEPT_MS,
      logger,
      clock,
      random,
    });
    const watch = bucket.watch({ onChange: (key, row) => row && this.#queues.get(key)?.learn(row.value) });
    this.#closed.signal.addEventListener("abort", () => watch.close(), { once: true });
    return bucket;
  }
}
