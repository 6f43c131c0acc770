import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

const SETTLE_MS = 150;
/** How often a folder that is gone is looked for. */
const LOOK_MS = 500;

/**
 * Calls `changed` some time after one of the files was written; several writes in a row count as one. Editors replace files rather than
 * write them, so it is their folders that are watched; one that goes away is watched again when it is back, as after a change of branches.
 */
export class WatchedFiles {
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Names of the files by folder. */
  #names = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;

  /** Throws when a folder is there and cannot be watched. */
  constructor(paths: Iterable<string>, changed: () => void) {
    this.#changed = changed;
    this.follow(paths);
  }

  /** Other files from now on. Throws as the constructor. */
  follow(paths: Iterable<string>): void {
    this.#names = new Map();
    for (const path of paths) {
      const folder = dirname(path);
      this.#names.set(folder, (this.#names.get(folder) ?? new Set()).add(basename(path)));
    }
    for (const folder of this.#watchers.keys()) if (!this.#names.has(folder)) this.#leave(folder);
    this.#watchMissing();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#looking);
    this.#names.clear();
    for (const folder of this.#watchers.keys()) this.#leave(folder);
  }

  /** Returns whether it found one. */
  #watchMissing(): boolean {
    let hasFound = false;
    for (const folder of this.#names.keys()) {
      if (this.#watchers.has(folder)) continue;
      if (this.#watch(folder)) hasFound = true;
      else this.#lookLater();
    }
    return hasFound;
  }

  #watch(folder: string): boolean {
    if (!existsSync(folder)) return false;
    const watcher = watch(folder, (_event, name) => this.#heard(folder, name));
    watcher.on("error", () => this.#lose(folder));
    this.#watchers.set(folder, watcher);
    return true;
  }

  #heard(folder: string, name: string | null): void {
    if (name !== null && this.#names.get(folder)?.has(name)) this.#soon();
    // What is told of the folder itself bears its own name: it was removed, or another one may stand there now.
    else if (name === null || name === basename(folder)) this.#lose(folder);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#changed, SETTLE_MS);
  }

  #lose(folder: string): void {
    this.#leave(folder);
    this.#lookLater();
  }

  #leave(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #lookLater(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      try {
        if (this.#watchMissing()) this.#soon();
      } catch {
        // Gone again, or more is watched on this machine than it allows: both may be over at the next look.
        this.#lookLater();
      }
    }, LOOK_MS);
  }
}
