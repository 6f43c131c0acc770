/**
 * What lies between a process and nats-server: a TCP proxy whose link can be broken in the ways in which links break. Everything is of the
 * whole link: every connection that goes over it, and those to come.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** `up` = what the process sends, `down` = what the server sends. */
export type Direction = "up" | "down";

interface Joined {
  readonly client: Socket;
  readonly server: Socket;
}

export class LinkProxy implements AsyncDisposable {
  readonly #listener: Server;
  readonly #target: () => URL;
  readonly #joined = new Set<Joined>();
  readonly #cut = new Set<Direction>();
  #delayMs = 0;
  #isRefusing = false;
  /** What was swallowed by cut directions, bytes, and how many connections were reset or refused: so that a fault is seen to have struck. */
  swallowedBytes = 0;
  resets = 0;

  private constructor(target: () => URL) {
    this.#target = target;
    this.#listener = createServer((client) => this.#join(client));
  }

  /** `target` is asked at every new connection: a server may come back elsewhere. */
  static async start(target: () => URL): Promise<LinkProxy> {
    const proxy = new LinkProxy(target);
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#joined.size;
  }

  /** What goes that way vanishes from now on, with nobody told: the connections stay open. */
  cut(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#cut.add(direction);
  }

  /** Everything takes so much longer, each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Ends every connection at once, as a reset does. */
  reset(): void {
    for (const { client, server } of this.#joined) {
      this.resets++;
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** New connections are refused until it is healed. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** The link is as it should be. What was swallowed is missing in the middle of a stream, so the connections that it was of are reset. */
  heal(): void {
    const wasCut = this.#cut.size > 0;
    this.#cut.clear();
    this.#delayMs = 0;
    this.#isRefusing = false;
    if (wasCut) this.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    this.reset();
    await closed;
  }

  #join(client: Socket): void {
    if (this.#isRefusing) {
      this.resets++;
      client.resetAndDestroy();
      return;
    }
    const { hostname, port } = this.#target();
    const server = connect(Number(port), hostname);
    const joined = { client, server };
    this.#joined.add(joined);
    const end = () => {
      this.#joined.delete(joined);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    this.#carry(client, server, "up");
    this.#carry(server, client, "down");
  }

  #carry(from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (chunk: Buffer) => {
      if (this.#cut.has(direction)) {
        this.swallowedBytes += chunk.length;
        return;
      }
      // Equal delays keep the order: timers of one length fire as they were set.
      if (this.#delayMs > 0) setTimeout(() => this.#write(from, to, chunk), this.#delayMs);
      else this.#write(from, to, chunk);
    });
    to.on("drain", () => from.resume());
  }

  #write(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.writable && !to.write(chunk)) from.pause();
  }
}
