import type { SimEvent } from "./sim-event.ts";

interface Underway {
  readonly label: string;
  /** A late write is not lost once more. */
  readonly isWrite: boolean;
  arrive(): void;
}

/** What the simulated network has: answers to deliveries, and late writes. They come in any order; answers may be lost. */
export class SimNet {
  #underway: Underway[] = [];

  send(label: string, arrive: () => void): void {
    this.#underway.push({ label, isWrite: false, arrive });
  }

  sendWrite(label: string, arrive: () => void): void {
    this.#underway.push({ label, isWrite: true, arrive });
  }

  /** Adds what can happen next. */
  events(events: SimEvent[], faults: SimEvent[]): void {
    for (const item of this.#underway) {
      const leave = () => {
        this.#underway = this.#underway.filter((other) => other !== item);
      };
      const arrive = () => {
        leave();
        item.arrive();
      };
      events.push({ label: item.label, happen: arrive });
      if (!item.isWrite) faults.push({ label: `lost: ${item.label}`, happen: leave });
    }
  }
}
