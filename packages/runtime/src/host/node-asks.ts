import type { Json } from "../actor/outcome.ts";
import { jsonText } from "../hop/body.ts";
import { revive } from "../hop/failure.ts";
import { type Answer, type HostEvent, MAX_ASK_BYTES } from "./ipc.ts";

/** What a role asks of its node. */
export interface Question {
  readonly service: string;
  readonly role: string;
  /** The task that it is about, if it is about one. */
  readonly task?: string;
  readonly body: Json;
}

/** Questions of a host to its node's services, and their answers in whatever order they come. */
export class NodeAsks {
  readonly #tell: (event: HostEvent) => void;
  readonly #open = new Map<number, PromiseWithResolvers<Json>>();
  #requests = 0;

  constructor(tell: (event: HostEvent) => void) {
    this.#tell = tell;
  }

  /** Resolves with the service's answer. Throws its error, `unavailable`, `overloaded`, `outcome_unknown`, `body_too_large`. */
  async ask({ service, role, task, body }: Question): Promise<Json> {
    const json = jsonText(body, `what is asked of ${service}`, MAX_ASK_BYTES);
    const request = ++this.#requests;
    const answer = Promise.withResolvers<Json>();
    this.#open.set(request, answer);
    this.#tell({ type: "ask", request, service, role, ...(task === undefined ? {} : { task }), json });
    return answer.promise;
  }

  /** Takes the node's answer; one that nobody waits for is ignored. */
  take({ request, result }: Answer): void {
    const answer = this.#open.get(request);
    this.#open.delete(request);
    if (result.ok) {
      // oxlint-disable-next-line typescript/no-unsafe-assignment -- any JSON text is Json
      const value: Json = JSON.parse(result.json);
      answer?.resolve(value);
    } else answer?.reject(revive(result.error));
  }
}
