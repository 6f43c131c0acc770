/** A real nats-server on a temporary store, for tests that kill and restart it. No accounts: an anonymous user with JetStream. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createLogger,
  findServer,
  type GuardedProcess,
  type Link,
  type Logger,
  openLink,
  startGuarded,
} from "@troupe/runtime/internal";

export const silentLogger: Logger = createLogger({ name: "test", level: "silent" });

/** For so long a server is waited for, however busy the machine is. */
const UP_MS = 60_000;

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Starts again on the same port and store. */
  restart(): Promise<void>;
  link(name?: string): Promise<Link>;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** Lines of its configuration file. */
  readonly config?: string;
  /** Default true. */
  readonly hasJetStream?: boolean;
}

/** Starts a server on any free port. Everything is gone after `stop`, or when the test process ends. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const binary = await findServer({ env: process.env });
  const dir = await mkdtemp(join(tmpdir(), "troupe-test-nats-"));
  let server = await launch(binary, dir, -1, options);
  const url = server.url;
  const stop = async () => {
    await server.process.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return {
    url,
    get pid() {
      return server.process.pid;
    },
    kill: async () => {
      process.kill(server.process.pid, "SIGKILL");
      await server.process.exited;
    },
    freeze: () => process.kill(server.process.pid, "SIGSTOP"),
    thaw: () => process.kill(server.process.pid, "SIGCONT"),
    restart: async () => {
      server = await launch(binary, dir, Number(new URL(url).port), options);
    },
    link: (name = "test") => openLink({ servers: url, name, logger: silentLogger }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(
  binary: string,
  dir: string,
  port: number,
  { config = "", hasJetStream = true }: TestServerOptions,
): Promise<{ process: GuardedProcess; url: string }> {
  const file = join(dir, "nats-server.conf");
  await writeFile(file, config);
  const own = ["-a", "127.0.0.1", "-p", String(port), "-c", file, "--ports_file_dir", dir];
  const args = hasJetStream ? [...own, "-js", "-sd", join(dir, "streams")] : own;
  const guarded = await startGuarded({
    command: binary,
    args,
    outputFile: join(dir, "nats-server.log"),
    throwaway: dir,
  });
  const portsFile = join(dir, `nats-server_${guarded.pid}.ports`);
  const deadline = performance.now() + UP_MS;
  while (performance.now() < deadline) {
    const ports = await readFile(portsFile, "utf8").catch(() => "");
    const url = /"nats":\s*\[\s*"([^"]+)"/.exec(ports)?.[1];
    if (url !== undefined && ports.trimEnd().endsWith("}")) {
      if (hasJetStream) await awaitJetStream(url);
      return { process: guarded, url };
    }
    await sleep(5);
  }
  await guarded.stop();
  throw new Error(`nats-server wrote no ${portsFile}`);
}

async function awaitJetStream(url: string): Promise<void> {
  const link = await openLink({ servers: url, name: "test/start", logger: silentLogger });
  try {
    const deadline = performance.now() + UP_MS;
    while (performance.now() < deadline) {
      const isUp = await link.nc.request("$JS.API.INFO", "", { timeout: 500 }).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      await sleep(10);
    }
    throw new Error("JetStream does not answer");
  } finally {
    await link.close();
  }
}
