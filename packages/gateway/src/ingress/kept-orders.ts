/** What a gateway may keep of orders in memory, besides the stream that they are stored in. Pure: no clock, no NATS. */

interface Tenant {
  /** Orders of it that wait here, kept or delivered. */
  waiting: number;
  bytes: number;
  /** An order of it found no room: those after it are not kept either, or they would overtake it. */
  isFull: boolean;
}

export interface KeptOrdersLimits {
  readonly tenantBytes: number;
  readonly bytes: number;
}

/** Counts orders and their bytes by tenant, so that nobody's flood takes the room of others. */
export class KeptOrders {
  readonly #limits: KeptOrdersLimits;
  readonly #tenants = new Map<string, Tenant>();
  #bytes = 0;

  constructor(limits: KeptOrdersLimits) {
    this.#limits = limits;
  }

  /** Whether an order may be kept; if so, it counts until it {@link leave}s. */
  keep(tenant: string, bytes: number): boolean {
    const known = this.#tenants.get(tenant);
    const hasRoom =
      (known?.bytes ?? 0) + bytes <= this.#limits.tenantBytes && this.#bytes + bytes <= this.#limits.bytes;
    if (known?.isFull || !hasRoom) {
      if (known) known.isFull = true;
      return false;
    }
    this.enter(tenant, bytes);
    return true;
  }

  /** An order waits here, whatever is full: it was delivered. */
  enter(tenant: string, bytes: number): void {
    const known = this.#tenants.get(tenant) ?? { waiting: 0, bytes: 0, isFull: false };
    known.waiting++;
    known.bytes += bytes;
    this.#bytes += bytes;
    this.#tenants.set(tenant, known);
  }

  /** An order of so many bytes waits here no more. */
  leave(tenant: string, bytes: number): void {
    const known = this.#tenants.get(tenant);
    if (!known) return;
    known.waiting--;
    known.bytes -= bytes;
    this.#bytes -= bytes;
    if (known.waiting === 0) this.#tenants.delete(tenant);
  }
}
