import { existsSync, type FSWatcher, watch as watchFolder } from "node:fs";
import { basename, dirname } from "node:path";

const SETTLE_MS = 150;
/** How often a folder that is gone, or cannot be watched, is looked for. */
const LOOK_MS = 500;

export interface WatchedFilesOptions {
  /** Called some time after a change; several in a row count as one. */
  readonly changed: () => void;
  /** Called once, when a folder that is there cannot be watched, as where the machine watches as many as it may; it is tried again and again. */
  readonly notWatched: (error: unknown) => void;
  /** Default: the system's. */
  readonly watch?: (folder: string, heard: (event: string, name: string | null) => void) => FSWatcher;
}

/**
 * Calls `changed` some time after one of the files was written; several writes in a row count as one. Editors replace files rather than
 * write them, so it is their folders that are watched; one that goes away is watched again when it is back, as after a change of branches.
 */
export class WatchedFiles {
  readonly #options: WatchedFilesOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Names of the files by folder. */
  #names = new Map<string, Set<string>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #isTold = false;

  constructor(paths: Iterable<string>, options: WatchedFilesOptions) {
    this.#options = options;
    this.follow(paths);
  }

  /** Other files from now on. */
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
    const { watch = watchFolder } = this.#options;
    try {
      const watcher = watch(folder, (_event, name) => this.#heard(folder, name));
      watcher.on("error", () => this.#lose(folder));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      if (existsSync(folder)) this.#tell(error);
      return false;
    }
  }

  #tell(error: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#options.notWatched(error);
  }

  #heard(folder: string, name: string | null): void {
    if (name !== null && this.#names.get(folder)?.has(name)) this.#soon();
    // What is told of the folder itself bears its own name: it was removed, or another one may stand there now.
    else if (name === null || name === basename(folder)) this.#lose(folder);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#options.changed, SETTLE_MS);
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
      if (this.#watchMissing()) this.#soon();
    }, LOOK_MS);
  }
}
