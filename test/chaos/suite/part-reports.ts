import type { Part } from "./part.ts";

const SAID = /at rest: (\d+) bytes at (\d+)/;
const ADDRESS = /gateway at (\S+)/;
const SAY_MS = 30_000;

/** What a part says of itself. `nowMs` is its own clock's. */
interface SaidByPart {
  readonly heapBytes: number;
  readonly nowMs: number;
}

/** What parts say of themselves: where they are, and, when they are asked, their heaps and clocks (heap-on-signal.ts). */
export class PartReports {
  readonly #waiting = new Map<string, (said: SaidByPart) => void>();
  readonly #addresses = new Map<string, string>();
  /** What each has written of a line that is not whole yet. */
  readonly #begun = new Map<string, string>();

  /** Takes what a part wrote. */
  hear(part: string, text: string): void {
    const lines = ((this.#begun.get(part) ?? "") + text).split("\n");
    this.#begun.set(part, lines.pop() ?? "");
    for (const line of lines) this.#hearLine(part, line);
  }

  /** Base URL of a gateway, as it last said; `undefined` while it has said none. */
  addressOf(part: string): string | undefined {
    return this.#addresses.get(part);
  }

  #hearLine(part: string, line: string): void {
    const [, address] = ADDRESS.exec(line) ?? [];
    if (address !== undefined) this.#addresses.set(part, address);
    const [, heapBytes, nowMs] = SAID.exec(line) ?? [];
    if (heapBytes !== undefined) this.#waiting.get(part)?.({ heapBytes: Number(heapBytes), nowMs: Number(nowMs) });
  }

  /** Rejects when the part does not answer in time. */
  async ask({ name, process: part }: Part): Promise<SaidByPart> {
    const said = Promise.withResolvers<SaidByPart>();
    this.#waiting.set(name, said.resolve);
    const late = setTimeout(() => said.reject(new Error(`${name} does not say how large its heap is`)), SAY_MS);
    try {
      part.signal("SIGUSR2");
      return await said.promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(name);
    }
  }
}
