/** What one host asks its node's services: a host runs code of authors, so it may be wrong about who it is, and may ask without end. */
import { decodeJson } from "../codec/json.ts";
import { MAX_BODY_DEPTH } from "../contracts/task.ts";
import { errorBodyOf, TroupeError } from "../errors.ts";
import { jsonText } from "../hop/body.ts";
import { storedError } from "../hop/failure.ts";
import { type Ask, type HostCommand, MAX_ASK_BYTES } from "../host/ipc.ts";
import { parseTaskId } from "../ids.ts";
import type { Broker } from "./broker.ts";
import type { BrokerCaller } from "./broker-service.ts";

/** Questions of one host that may be open at once; further ones are refused with `overloaded`. */
export const MAX_OPEN_ASKS = 1_024;

/** What a node knows of a host by itself. */
export interface AskingHost {
  readonly version: string;
  readonly incarnation: string;
  readonly roles: ReadonlySet<string>;
}

const LIMITS = { maxBytes: MAX_ASK_BYTES, maxDepth: MAX_BODY_DEPTH };

export class HostAsks {
  readonly #broker: Pick<Broker, "ask">;
  readonly #host: AskingHost;
  readonly #answer: (command: HostCommand) => void;
  #open = 0;

  constructor(broker: Pick<Broker, "ask">, host: AskingHost, answer: (command: HostCommand) => void) {
    this.#broker = broker;
    this.#host = host;
    this.#answer = answer;
  }

  /** Answers every question, with what the service says or with why it cannot be had. Never rejects. */
  async take(ask: Ask): Promise<void> {
    const { request } = ask;
    this.#open += 1;
    try {
      const json = await this.#askService(ask);
      this.#answer({ type: "answer", request, result: { ok: true, json } });
    } catch (error) {
      this.#answer({
        type: "answer",
        request,
        result: { ok: false, error: storedError(errorBodyOf(error, "unavailable")) },
      });
    } finally {
      this.#open -= 1;
    }
  }

  async #askService({ service, role, task, json }: Ask): Promise<string> {
    if (this.#open > MAX_OPEN_ASKS)
      throw new TroupeError("overloaded", `this host has asked ${MAX_OPEN_ASKS} questions that are still open`);
    const caller = this.#caller(role, task);
    const body = decodeJson(Buffer.from(json), LIMITS);
    if (!body.ok)
      throw new TroupeError("invalid_request", `what is asked of ${service} does not parse: ${body.reason}`);
    return jsonText(await this.#broker.ask(service, caller, body.value), `the answer of ${service}`, MAX_ASK_BYTES);
  }

  #caller(role: string, task: string | undefined): BrokerCaller {
    const { version, incarnation, roles } = this.#host;
    if (!roles.has(role)) throw new TroupeError("unauthorized", `this host runs no role ${role}`);
    if (task === undefined) return { version, role, incarnation };
    const parsed = parseTaskId(task);
    if (parsed?.version !== version)
      throw new TroupeError("unauthorized", `this host runs no task ${task.slice(0, 80)}`);
    return { version, role, task: parsed.id, incarnation };
  }
}
