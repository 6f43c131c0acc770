import type { Clock, ModelPrice } from "@troupe/runtime";
import type { CallTokens } from "../models/call-estimate.ts";
import { costMicros } from "../models/prices.ts";
import { type Amount, NOTHING } from "./amount.ts";
import type { BudgetLedger } from "./budget-ledger.ts";
import type { NestedAccount } from "./nest.ts";

/** A call whose reservation nobody has renewed for so long is over, and nobody will tell what it used, ms. */
const RENEWED_WITHIN_MS = 120_000;

/** What the ledger has reserved for one call. */
export interface Reservation {
  readonly nest: readonly NestedAccount[];
  readonly amount: Amount;
  readonly price: ModelPrice | undefined;
  /** The life of the host that made it: nobody else may end it. */
  readonly host: string;
}

/** What one call takes of a budget. */
export const amountOf = ({ inputTokens, outputTokens }: CallTokens, price: ModelPrice | undefined): Amount => ({
  calls: 1,
  tokens: inputTokens + outputTokens,
  costMicros: price === undefined ? 0 : costMicros(price, inputTokens, outputTokens),
});

/** The reservations of this node's hosts, by id. */
export class Reservations {
  readonly #ledger: Pick<BudgetLedger, "settle">;
  readonly #clock: Clock;
  readonly #open = new Map<string, Reservation & { renewedMs: number }>();
  #made = 0;

  constructor(ledger: Pick<BudgetLedger, "settle">, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Keeps what the ledger has reserved; returns its id. */
  add(reservation: Reservation): string {
    const id = `r${++this.#made}`;
    this.#open.set(id, { ...reservation, renewedMs: this.#clock.monotonicMs() });
    return id;
  }

  renew(host: string, id: string): void {
    const reservation = this.#of(host, id);
    if (reservation) reservation.renewedMs = this.#clock.monotonicMs();
  }

  /** Ends a reservation with what was used (absent = nothing: a refund), once; a second end changes nothing. */
  end(host: string, id: string, used?: CallTokens): void {
    const reservation = this.#of(host, id);
    if (!reservation) return;
    this.#open.delete(id);
    const { nest, amount, price } = reservation;
    this.#ledger.settle(nest, amount, used === undefined ? NOTHING : amountOf(used, price));
  }

  /** The calls of a host that is gone. */
  hostEnded(host: string): void {
    for (const [id, reservation] of this.#open) if (reservation.host === host) this.#writeOff(id, reservation);
  }

  /** Calls that nobody speaks of any more. */
  expire(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [id, reservation] of this.#open)
      if (nowMs - reservation.renewedMs > RENEWED_WITHIN_MS) this.#writeOff(id, reservation);
  }

  /** A call of unknown outcome may have been made, and may have used all that it might. */
  #writeOff(id: string, { nest, amount }: Reservation): void {
    this.#open.delete(id);
    this.#ledger.settle(nest, amount, amount);
  }

  #of(host: string, id: string) {
    const reservation = this.#open.get(id);
    return reservation?.host === host ? reservation : undefined;
  }
}
