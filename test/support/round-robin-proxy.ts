/** What stands in front of several gateways: each new connection goes to the next one that takes it. Connections can be cut. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface RoundRobinOptions {
  /** Base URLs of the replicas. */
  readonly targets: readonly string[];
  /** After how many bytes towards the client the n-th connection is cut, in the middle of whatever it carries; default never. */
  readonly cutAfterBytes?: (connection: number) => number;
}

export class RoundRobinProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #targets: readonly URL[];
  readonly #open = new Set<Socket>();
  readonly #cutAfterBytes: (connection: number) => number;
  /** Connections that each target took. */
  readonly taken: number[];
  /** Connections that were cut. */
  cuts = 0;
  #next = 0;

  private constructor({ targets, cutAfterBytes = () => Number.POSITIVE_INFINITY }: RoundRobinOptions) {
    this.#targets = targets.map((target) => new URL(target));
    this.#cutAfterBytes = cutAfterBytes;
    this.taken = targets.map(() => 0);
    this.#server = createServer((client) => this.#serve(client, this.#targets.length));
  }

  static async start(options: RoundRobinOptions): Promise<RoundRobinProxy> {
    const proxy = new RoundRobinProxy(options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await once(this.#server, "close");
  }

  #serve(client: Socket, tries: number): void {
    const at = this.#next++ % this.#targets.length;
    const target = this.#targets[at];
    if (!target || tries === 0) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const tryNext = () => this.#serve(client, tries - 1);
    upstream.once("error", tryNext);
    upstream.once("connect", () => {
      upstream.off("error", tryNext);
      const connection = this.taken.reduce((sum, count) => sum + count, 0);
      this.taken[at] = (this.taken[at] ?? 0) + 1;
      this.#join(client, upstream, this.#cutAfterBytes(connection));
    });
  }

  #join(client: Socket, upstream: Socket, limitBytes: number): void {
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.#open.add(socket);
      socket.on("error", end);
      socket.once("close", () => {
        this.#open.delete(socket);
        end();
      });
    }
    let sentBytes = 0;
    upstream.on("data", (chunk: Buffer) => {
      const rest = limitBytes - sentBytes;
      sentBytes += chunk.length;
      if (chunk.length < rest) {
        if (!client.write(chunk)) upstream.pause();
        return;
      }
      this.cuts++;
      client.end(chunk.subarray(0, rest), () => client.destroy());
      upstream.destroy();
    });
    client.on("drain", () => upstream.resume());
    client.pipe(upstream);
  }
}
