/** A node that is only said to be there, and does at once what its placement row says. */
import type { Heartbeat, NodePlacement } from "@troupe/runtime/internal";
import type { SupervisorBed } from "./supervisor-bed.ts";

type Actor = Heartbeat["actors"][number];

const EVERY_MS = 40;

export class ObedientNode {
  readonly name: string;
  /** Replicas that never get ready here, by id. */
  readonly broken = new Set<string>();
  /** What it last said that it takes for; every change of it is checked against the others by tests. */
  taking: ReadonlySet<string> = new Set();
  readonly #bed: SupervisorBed;
  readonly #timer: NodeJS.Timeout;
  #actors: Actor[] = [];
  #isLooking = false;
  #isDraining = false;

  constructor(bed: SupervisorBed, name: string) {
    this.name = name;
    this.#bed = bed;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    bed.node.nc.subscribe(bed.subjects.node(name, "drain"), {
      callback: (_error, message) => {
        this.#isDraining = true;
        message.respond("{}");
      },
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const { nodes } = await this.#bed.ask<{ nodes: NodePlacement[] }>("placement");
      const row = nodes.find(({ node }) => node === this.name);
      const actors = (row?.replicas ?? []).map((replica) => this.#actor(replica, row?.epoch ?? 0));
      this.#actors = actors;
      this.taking = new Set(actors.filter(({ isTaking }) => isTaking === true).map(({ id }) => id));
      const hasLeft = this.#isDraining && actors.length === 0;
      this.#bed.beat({ node: this.name, actors, isDraining: this.#isDraining, ...(hasLeft ? { hasLeft } : {}) });
      if (hasLeft) this.stop();
    } catch {
      // Nobody leads right now: it goes on as before, and looks again.
      this.#bed.beat({ node: this.name, actors: this.#actors, isDraining: this.#isDraining });
    } finally {
      this.#isLooking = false;
    }
  }

  #actor({ version, role, variant, index, ...replica }: NodePlacement["replicas"][number], epoch: number): Actor {
    const id = `${version}/${variant === undefined ? role : `${role}_${variant}`}/${index}`;
    const isReady = !this.broken.has(id);
    return {
      id,
      epoch,
      generation: replica.generation ?? 0,
      state: isReady ? "available" : "starting",
      isTaking: isReady && replica.isStandby !== true,
      inFlight: 0,
      done: 0,
      failed: 0,
      meanMs: 0,
    };
  }
}
