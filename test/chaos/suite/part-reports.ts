import type { Part } from "./part.ts";

const SAID = /at rest: (\d+) bytes at (\d+)/;
const SAY_MS = 30_000;

/** What a part says of itself. `nowMs` is its own clock's. */
interface SaidByPart {
  readonly heapBytes: number;
  readonly nowMs: number;
}

/** Asks parts for their heaps and clocks (heap-on-signal.ts). */
export class PartReports {
  readonly #waiting = new Map<string, (said: SaidByPart) => void>();

  /** Takes what a part wrote. */
  hear(part: string, text: string): void {
    const [, heapBytes, nowMs] = SAID.exec(text) ?? [];
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
