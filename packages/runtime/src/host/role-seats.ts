import type { RoleSeat } from "./role-seat.ts";

/** The seats of a host, one for each role that it plays: each is opened once, when somebody first needs it. */
export class RoleSeats {
  readonly #open: (role: string) => Promise<RoleSeat>;
  readonly #seats = new Map<string, Promise<RoleSeat>>();

  constructor(open: (role: string) => Promise<RoleSeat>) {
    this.#open = open;
  }

  /** Throws what opening it throws; that is forgotten, so that the next one who needs it tries again. */
  get(role: string): Promise<RoleSeat> {
    const known = this.#seats.get(role);
    if (known) return known;
    const seat = this.#open(role);
    this.#seats.set(role, seat);
    seat.catch(() => this.#seats.delete(role));
    return seat;
  }

  /** The seat of a role that has one, or that is being opened; `undefined` otherwise. */
  known(role: string): Promise<RoleSeat> | undefined {
    return this.#seats.get(role);
  }

  /** Those that are open, once none is being opened any more. */
  async opened(): Promise<readonly RoleSeat[]> {
    const settled = await Promise.allSettled(this.#seats.values());
    return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  }

  /** Resolves when each of them has what the server had sent by now. */
  async catchUp(): Promise<void> {
    await Promise.allSettled([...this.#seats.values()].map(async (seat) => (await seat).catchUp()));
  }
}
