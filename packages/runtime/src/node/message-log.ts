import { join } from "node:path";
import type { Logger } from "../telemetry/logger.ts";
import { RotatingFile } from "../telemetry/rotating-file.ts";

/** What a node's roles handled, as JSON Lines: one file a role, `<folder>/<node>/<role>.jsonl`, rotated by size. */
export class MessageLog {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #files = new Map<string, RotatingFile>();

  constructor(folder: string, node: string, logger: Logger) {
    this.#folder = join(folder, node);
    this.#logger = logger;
  }

  /** Adds a line; one that cannot be written is lost, and told of in the node's log. `role` is one of a deployed system. */
  add(role: string, line: string): void {
    try {
      const file = this.#files.get(role) ?? this.#open(role);
      file.write(`${line}\n`);
    } catch (error) {
      this.#logger.error({ role, err: error }, "the message log cannot be opened");
    }
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  #open(role: string): RotatingFile {
    const onProblem = (reason: string) => this.#logger.error({ role, reason }, "lines of the message log are lost");
    const file = new RotatingFile(join(this.#folder, `${role}.jsonl`), { onProblem });
    this.#files.set(role, file);
    return file;
  }
}
