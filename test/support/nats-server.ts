/** A real nats-server on a temporary store, for tests that kill and restart it. No accounts: an anonymous user with JetStream. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
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

/** Starts a server on any free port. Everything is gone after `stop`, or when the test process ends. */
export async function startTestServer(): Promise<TestServer> {
  const binary = await findServer({ env: process.env });
  const dir = await mkdtemp(join(tmpdir(), "troupe-test-nats-"));
  let server = await launch(binary, dir, -1);
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
      server = await launch(binary, dir, Number(new URL(url).port));
    },
    link: (name = "test") => openLink({ servers: url, name, logger: silentLogger }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(binary: string, dir: string, port: number): Promise<{ process: GuardedProcess; url: string }> {
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", join(dir, "streams"), "--ports_file_dir", dir];
  const guarded = await startGuarded({
    command: binary,
    args,
    outputFile: join(dir, "nats-server.log"),
    throwaway: dir,
  });
  const file = join(dir, `nats-server_${guarded.pid}.ports`);
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const ports = await readFile(file, "utf8").catch(() => "");
    const url = /"nats":\s*\[\s*"([^"]+)"/.exec(ports)?.[1];
    if (url !== undefined && ports.trimEnd().endsWith("}")) {
      await awaitJetStream(url);
      return { process: guarded, url };
    }
    await sleep(5);
  }
  await guarded.stop();
  throw new Error(`nats-server wrote no ${file}`);
}

async function awaitJetStream(url: string): Promise<void> {
  const link = await openLink({ servers: url, name: "test/start", logger: silentLogger });
  try {
    for (let tries = 0; tries < 200; tries++) {
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
