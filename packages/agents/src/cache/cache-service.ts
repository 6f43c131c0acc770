/** The node's service `cache`: answers of models, in the node's memory before the bucket that all nodes share. */
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  messageOf,
  TroupeError,
} from "@troupe/runtime";
import { CasBucket, type DependencyReport, isSealedRole, OnDemand, type Row } from "@troupe/runtime/internal";
import { token } from "../budgets/nest.ts";
import { DependencyWatch } from "../node-services/dependency-watch.ts";
import { NodeAccess } from "../node-services/node-access.ts";
import { readQuestion } from "../node-services/read-question.ts";
import {
  ANSWER_KEPT_MS,
  CACHE_SERVICE,
  type CachedAnswer,
  CacheQuestion,
  CacheRow,
  INTERMEDIATE_KEPT_MS,
} from "./cache-messages.ts";
import { Recent } from "./recent.ts";

const MEMORY_BYTES = 64 * 1024 * 1024;
/** Larger answers are not kept: a row is one message. */
const MAX_ROW_BYTES = 512 * 1024;
/** What another node has invalidated is used no longer than this, ms. */
const BELIEVED_MS = 30_000;

/** Nobody retries the cache: one failure says as much as many. */
const DOWN_AFTER = { failures: 1, openMs: 0 };

const keptForAnHour = () => ANSWER_KEPT_MS;

/** The service, for a node's program. */
export const cacheService = (): BrokerService => ({ name: CACHE_SERVICE, open: (ports) => new CacheHandler(ports) });

class CacheHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #access: NodeAccess;
  readonly #recent = new Recent<{ readonly row: CacheRow; readonly readMs: number }>(MEMORY_BYTES);
  readonly #bucket = new OnDemand(() => this.#openBucket());
  readonly #found: DependencyWatch;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#access = NodeAccess.of(ports);
    this.#found = new DependencyWatch("cache", ports.clock, DOWN_AFTER);
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(CacheQuestion, body, "cache");
    if (caller.task === undefined) throw new TroupeError("invalid_request", "cache: a call without a task");
    const { tenant } = await this.#access.owners.of(caller.task);
    const { model, key } = question;
    const row = `${token(tenant)}.${caller.role}.${token(model)}.${key}`;
    if (question.op === "get") return { answer: (await this.#find(row)) ?? null };
    const { manifest } = await this.#ports.deploymentOf(caller.version);
    // Rows are read by every node and lie in the store as they are.
    if (!isSealedRole(manifest, caller.role)) await this.#keep(row, question.answer);
    return null;
  }

  dependencies(): readonly DependencyReport[] {
    return this.#found.reports();
  }

  close(): Promise<void> {
    return this.#access.close();
  }

  async #find(key: string): Promise<CachedAnswer | undefined> {
    const { clock } = this.#ports;
    const known = this.#recent.get(key);
    const isFresh = known !== undefined && clock.monotonicMs() - known.readMs < BELIEVED_MS;
    const row = isFresh ? known.row : (await this.#inBucket((bucket) => bucket.get(key)))?.value;
    if (row === undefined || row.untilMs <= clock.nowMs()) {
      this.#recent.delete(key);
      return undefined;
    }
    if (!isFresh) this.#remember(key, row);
    return row.answer;
  }

  async #keep(key: string, answer: CachedAnswer): Promise<void> {
    const keptMs = answer.toolCalls.length > 0 ? INTERMEDIATE_KEPT_MS : ANSWER_KEPT_MS;
    const row: CacheRow = { v: 1, untilMs: this.#ports.clock.nowMs() + keptMs, answer };
    if (Buffer.byteLength(JSON.stringify(row)) > MAX_ROW_BYTES) return;
    if (await this.#inBucket((bucket) => this.#put(bucket, key, row))) this.#remember(key, row);
  }

  /** Whether this row is kept now. */
  async #put(bucket: CasBucket<CacheRow>, key: string, row: CacheRow): Promise<boolean> {
    const old: Row<CacheRow> | undefined = await bucket.get(key);
    try {
      await bucket.put(key, row, old?.revision);
      return true;
    } catch (error) {
      // Another node was faster with an answer to the same question: one is as good as the other.
      if (!TroupeError.is(error, "conflict")) throw error;
      this.#ports.logger.debug({ key, reason: messageOf(error) }, "an answer was kept by another node");
      return false;
    }
  }

  /** What becomes of it says how the cache is. */
  async #inBucket<T>(work: (bucket: CasBucket<CacheRow>) => Promise<T>): Promise<T> {
    try {
      const result = await work(await this.#bucket.get());
      this.#found.heard(CACHE_SERVICE, "success");
      return result;
    } catch (error) {
      this.#found.heard(CACHE_SERVICE, "failure", messageOf(error));
      throw error;
    }
  }

  #remember(key: string, row: CacheRow): void {
    const bytes = 2 * (row.answer.content.length + JSON.stringify(row.answer.toolCalls).length) + 1_024;
    this.#recent.set(key, { row, readMs: this.#ports.clock.monotonicMs() }, bytes);
  }

  async #openBucket(): Promise<CasBucket<CacheRow>> {
    const { subjects, clock, random, logger } = this.#ports;
    const link = await this.#access.link();
    return new CasBucket({
      link,
      subjects,
      bucket: "cache",
      schema: CacheRow,
      keptMs: keptForAnHour,
      logger,
      clock,
      random,
    });
  }
}
