import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

const SETTLE_MS = 150;

/**
 * Calls `changed` some time after one of the files was written; several writes in a row count as one. Editors replace files rather than
 * write them, so it is their folders that are watched.
 */
export class WatchedFiles {
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Names of the files by folder. */
  #names = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(paths: Iterable<string>, changed: () => void) {
    this.#changed = changed;
    this.follow(paths);
  }

  /** Other files from now on. */
  follow(paths: Iterable<string>): void {
    this.#names = new Map();
    for (const path of paths) {
      const folder = dirname(path);
      this.#names.set(folder, (this.#names.get(folder) ?? new Set()).add(basename(path)));
    }
    for (const [folder, watcher] of this.#watchers) {
      if (this.#names.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of this.#names.keys()) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): void {
    const watcher = watch(folder, (_event, name) => {
      if (name !== null && !this.#names.get(folder)?.has(name)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#changed, SETTLE_MS);
    });
    // A folder that goes away ends the watching, not the system that runs.
    watcher.on("error", () => watcher.close());
    this.#watchers.set(folder, watcher);
  }
}
