/** The process of a NATS server on one store: started, waited for, and started again on the same ports when it dies by itself. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { aborted } from "../aborted.ts";
import type { Clock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { jetStreamAnswers, readPorts } from "./server-answers.ts";
import type { ServerConfig } from "./server-config.ts";

export interface ServerProcessOptions {
  readonly binary: string;
  readonly storeDir: string;
  /** Remove the store when the process ends for good, or this one dies. */
  readonly isThrowaway: boolean;
  /** -1 = any free port, chosen once. */
  readonly port: number;
  readonly monitorPort: number | undefined;
  /** Text of the configuration, asked for at each start and reload. */
  readonly configText: (place: ServerPlace) => string;
  /** A connection that may ask JetStream. */
  readonly openLink: () => Promise<Link>;
  /** Receives a line for people when the process has ended by itself, and when it is there again. */
  readonly progress: (line: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted = it is to be stopped: no more starts. */
  readonly signal: AbortSignal;
}

/** What of the configuration the process decides. */
export type ServerPlace = Pick<ServerConfig, "port" | "monitorPort" | "storeDir" | "portsDir" | "logFile">;

/** A server answers once it has read its store, which may be large; one that ends is not waited for. */
const UP_MS = 60_000;
const POLL_MS = 5;
/** Longest wait between two starts of a server that keeps dying. */
const RESTART_MAX_MS = 5_000;

export class ServerProcess {
  url = "";
  monitorUrl: string | undefined;
  readonly logFile: string;
  readonly #options: ServerProcessOptions;
  readonly #configFile: string;
  readonly #portsDir: string;
  /** What the configuration asks for; the server may choose at its first start. */
  #listen: Pick<ServerPlace, "port" | "monitorPort">;
  #process: GuardedProcess | undefined;
  #restarting: Promise<void> = Promise.resolve();

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.logFile = join(options.storeDir, "nats-server.log");
    this.#configFile = join(options.storeDir, "nats-server.conf");
    this.#portsDir = join(options.storeDir, "ports");
    this.#listen = { port: options.port, monitorPort: options.monitorPort };
  }

  /** Of the newest process; 0 before the first. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Resolves when JetStream answers. Throws `unavailable`, with the last lines of the log, when it does not. */
  async start(): Promise<void> {
    await this.#launch();
    this.#restarting = this.#keepUp();
  }

  /** Ends the process; another one is started. */
  async restart(): Promise<void> {
    await this.#process?.end();
  }

  /** Resolves when the process is gone, and with it a throwaway store; after the signal. */
  async stop(): Promise<void> {
    await this.#restarting;
    await this.#process?.stop();
    if (this.#options.isThrowaway) await rm(this.#options.storeDir, { recursive: true, force: true });
  }

  /** Written aside first: the server may read the file at any moment. */
  async writeConfig(): Promise<void> {
    const text = this.#options.configText({
      ...this.#listen,
      storeDir: join(this.#options.storeDir, "streams"),
      portsDir: this.#portsDir,
      logFile: this.logFile,
    });
    await writeFile(`${this.#configFile}.new`, text, { mode: 0o600 });
    await rename(`${this.#configFile}.new`, this.#configFile);
  }

  /** Writes the configuration, starts the process and waits until JetStream answers. */
  async #launch(): Promise<void> {
    const { binary, storeDir, isThrowaway, clock } = this.#options;
    await rm(this.#portsDir, { recursive: true, force: true }); // a killed server leaves its file behind
    await mkdir(this.#portsDir, { recursive: true });
    await this.writeConfig();
    this.#process = await startGuarded({
      command: binary,
      args: ["-c", this.#configFile],
      outputFile: this.logFile,
      throwaway: isThrowaway ? storeDir : undefined,
    });
    const deadlineMs = clock.monotonicMs() + UP_MS;
    const file = join(this.#portsDir, `nats-server_${this.pid}.ports`);
    const ports = await this.#answer("nats-server did not start", deadlineMs, () => readPorts(file));
    this.url = ports.nats[0] ?? "";
    this.monitorUrl = ports.monitoring?.[0];
    // From now on always the same ones.
    this.#listen = {
      port: portOf(this.url),
      monitorPort: this.monitorUrl === undefined ? undefined : portOf(this.monitorUrl),
    };
    const link = await this.#options.openLink();
    try {
      await this.#answer(
        "JetStream does not answer",
        deadlineMs,
        async () => (await jetStreamAnswers(link)) || undefined,
      );
    } finally {
      await link.close();
    }
  }

  /** What `ask` gets in the end. Throws `unavailable` when the process ends before, or is late. */
  async #answer<T>(problem: string, deadlineMs: number, ask: () => Promise<T | undefined>): Promise<T> {
    const { clock, signal } = this.#options;
    const gone = this.#process?.exited.then(() => true);
    while (clock.monotonicMs() < deadlineMs && !signal.aborted) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (await Promise.race([gone, clock.sleep(POLL_MS)])) break;
    }
    throw new TroupeError("unavailable", `${problem}:\n${await this.#lastLogLines()}`);
  }

  async #keepUp(): Promise<void> {
    const { clock, logger, signal, progress } = this.#options;
    let waitMs = 0;
    let endedAtMs: number | undefined;
    for (;;) {
      const status = await Promise.race([this.#process?.exited, aborted(signal)]);
      if (signal.aborted) return;
      logger.error({ status, log: await this.#lastLogLines() }, "nats-server ended; starting it again");
      if (endedAtMs === undefined)
        progress(
          `nats-server ended (status ${String(status)}); it is started again on the same store, everything waits for it`,
        );
      endedAtMs ??= clock.monotonicMs();
      await clock.sleep(waitMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      waitMs = Math.min(RESTART_MAX_MS, waitMs * 2 + 100);
      try {
        await this.#launch();
        waitMs = 0;
        progress(`nats-server is there again after ${((clock.monotonicMs() - endedAtMs) / 1_000).toFixed(1)} s`);
        endedAtMs = undefined;
      } catch (error) {
        logger.error({ reason: messageOf(error) }, "nats-server did not start again");
        progress(`nats-server did not start again, it is tried again in ${waitMs / 1_000} s: see ${this.logFile}`);
        await this.#process?.end();
      }
    }
  }

  async #lastLogLines(): Promise<string> {
    const text = await readFile(this.logFile, "utf8").catch(() => "(no log)");
    return text.trimEnd().split("\n").slice(-5).join("\n");
  }
}

const portOf = (url: string): number => Number(new URL(url).port);
