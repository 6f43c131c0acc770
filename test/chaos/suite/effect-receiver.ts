import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** One request that came, as the receiver wrote it down. */
export interface Received {
  readonly number: number;
  readonly key: string;
  readonly receipt: number;
  /** ms since 1970. */
  readonly atMs: number;
}

const Order = z.strictObject({ number: z.int() });

/**
 * The other side of effects: an HTTP server that honours idempotency keys and keeps its own books, so that what is said of effects does not
 * rest on what their senders believe.
 */
export class EffectReceiver implements AsyncDisposable {
  readonly #server: Server;
  readonly #receipts = new Map<string, number>();
  /** Every request, also those that only repeat one. */
  readonly received: Received[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<EffectReceiver> {
    const receiver = new EffectReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { number } = Order.parse(JSON.parse(await text(request)));
      const receipt = this.#take(number, String(request.headers["idempotency-key"]));
      response.setHeader("content-type", "application/json").end(JSON.stringify({ receipt }));
    } catch {
      response.destroy(); // whoever asked has gone, in the middle of asking
    }
  }

  #take(number: number, key: string): number {
    const receipt = this.#receipts.get(key) ?? this.#receipts.size + 1;
    this.#receipts.set(key, receipt);
    this.received.push({ number, key, receipt, atMs: Date.now() });
    return receipt;
  }
}
