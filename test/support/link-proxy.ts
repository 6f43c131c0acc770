/**
 * What lies between a process and nats-server: a TCP proxy whose link can be broken in the ways in which links break. Everything is of the
 * whole link: every connection that goes over it, and those to come.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { InTransit } from "./in-transit.ts";
import { resetConnection } from "./reset-connection.ts";

/** `up` = what the process sends, `down` = what the server sends. */
export type Direction = "up" | "down";

interface Joined {
  readonly client: Socket;
  readonly server: Socket;
  readonly up: InTransit;
  readonly down: InTransit;
}

const AT_ONCE = (): number => 0;

export class LinkProxy implements AsyncDisposable {
  readonly #listener: Server;
  readonly #target: () => URL;
  readonly #joined = new Set<Joined>();
  readonly #cut = new Set<Direction>();
  #lateMs: () => number = AT_ONCE;
  #isRefusing = false;
  /** What cut directions swallowed and what came late, bytes, and how many connections were reset or refused: so that a fault is seen to strike. */
  swallowedBytes = 0;
  lateBytes = 0;
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

  /** Each piece, each way, comes so much later, behind those before it: as on a long way, or where lost packets are sent again. */
  late(lateMs: () => number): void {
    this.#lateMs = lateMs;
  }

  /** Nothing comes through, and everything as soon as it is healed. */
  stall(): void {
    this.late(() => Number.POSITIVE_INFINITY);
  }

  /** Ends every connection at once, as a reset does. */
  reset(): void {
    for (const { client, server } of this.#joined) {
      this.resets++;
      resetConnection(client);
      resetConnection(server);
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
    this.#lateMs = AT_ONCE;
    this.#isRefusing = false;
    if (wasCut) this.reset();
    for (const { up, down } of this.#joined) {
      up.release();
      down.release();
    }
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
      resetConnection(client);
      return;
    }
    const { hostname, port } = this.#target();
    const server = connect(Number(port), hostname);
    const up = new InTransit((chunk) => write(client, server, chunk));
    const down = new InTransit((chunk) => write(server, client, chunk));
    const joined = { client, server, up, down };
    this.#joined.add(joined);
    const end = () => {
      this.#joined.delete(joined);
      up.drop();
      down.drop();
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (chunk: Buffer) => this.#carry(chunk, "up", up));
    server.on("data", (chunk: Buffer) => this.#carry(chunk, "down", down));
    client.on("drain", () => server.resume());
    server.on("drain", () => client.resume());
  }

  #carry(chunk: Buffer, direction: Direction, transit: InTransit): void {
    if (this.#cut.has(direction)) {
      this.swallowedBytes += chunk.length;
      return;
    }
    const lateMs = this.#lateMs();
    if (lateMs > 0) this.lateBytes += chunk.length;
    transit.send(chunk, lateMs);
  }
}

function write(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.writable && !to.write(chunk)) from.pause();
}
