import { randomUUID } from "node:crypto";
import { messageOf, type TaskId } from "@troupe/runtime";
import { LoadClient } from "../../../support/load-client.ts";
import type { ChaosBed } from "../bed.ts";
import type { FollowedEvents } from "../evidence.ts";
import { ApprovalLoad } from "./approval-load.ts";
import { Conversations } from "./conversations.ts";
import { readEvents } from "./event-reader.ts";
import { HttpLoad } from "./http-load.ts";
import { HttpUser } from "./http-user.ts";
import { TENANTS, type Tenant } from "./people.ts";

const CLIENTS_ON_NATS = 24;
const CLIENTS_ON_HTTP = 8;
const TALKERS = 2;
const ASKERS = 3;
/** Numbers of what else has an effect begin here, so that no two tasks of a round have one number. */
const HTTP_FROM = 1_000_000_000;
const ACTS_FROM = 3_000_000_000;
/** Of what was followed so many are read again as a whole. */
const READ_AGAIN = 60;

const workMs = (number: number) => 20 + ((number * 377) % 280);

/** Everything that clients do in a round: tasks over NATS and HTTP, conversations, acts that need people. */
export class Loads implements AsyncDisposable {
  readonly overNats: LoadClient;
  readonly overHttp: HttpLoad;
  readonly conversations: Conversations;
  readonly approvals: ApprovalLoad;
  readonly #givenUp: AbortController;
  readonly #users: readonly HttpUser[];

  private constructor(bed: ChaosBed, overNats: LoadClient, givenUp: AbortController) {
    this.#givenUp = givenUp;
    this.overNats = overNats;
    const user = (tenant: Tenant, sub: string, roles: readonly string[] = ["user"]) =>
      new HttpUser({
        person: bed.people.person(tenant, sub, roles),
        urlOf: (n) => gatewayUrl(bed, n),
        givenUp: givenUp.signal,
      });
    const named = (tenantOf: (i: number) => Tenant, count: number) =>
      Array.from({ length: count }, (_, i) => user(tenantOf(i), `user-${i}`));
    this.#users = named((i) => TENANTS[i % 2 === 0 ? 0 : 1], CLIENTS_ON_HTTP);
    const others = named((i) => TENANTS[i % 2 === 0 ? 1 : 0], CLIENTS_ON_HTTP);
    const effects = bed.effects.url;
    this.overHttp = new HttpLoad({
      users: this.#users,
      others,
      input: (number) => ({ workMs: workMs(number), number: HTTP_FROM + number, effects }),
      givenUp: givenUp.signal,
    });
    const [acme] = TENANTS;
    this.conversations = new Conversations(
      named(() => acme, TALKERS),
      randomUUID(),
    );
    this.approvals = new ApprovalLoad({
      askers: named(() => acme, ASKERS),
      ann: user(acme, "ann", ["approver"]),
      bob: user(acme, "bob", ["approver"]),
      input: (number) => ({ number: ACTS_FROM + number, effects }),
    });
  }

  /** Starts all of it. */
  static async start(bed: ChaosBed): Promise<Loads> {
    const { store, subjects, core, effects } = bed;
    const input = (number: number) => ({ workMs: workMs(number), number, effects: effects.url });
    const where = { natsUrl: store.urls, credentials: store.clientCredentials, subjects, core };
    const options = { ...where, inFlight: CLIENTS_ON_NATS, door: "door", input };
    const overNats = await LoadClient.open(options);
    overNats.start();
    return new Loads(bed, overNats, new AbortController());
  }

  /** Tasks that end with the receipt of their effect. */
  get accepted(): readonly TaskId[] {
    return [...this.overNats.accepted, ...this.overHttp.accepted];
  }

  /** All others. */
  get others(): readonly TaskId[] {
    return [...this.conversations.turns.map(({ task }) => task), ...this.approvals.tasks];
  }

  /** Begins nothing more, and waits until everything has ended; what has not by the limit is given up, and told. */
  async drain(limitMs: number): Promise<readonly string[]> {
    const limit = setTimeout(() => this.#givenUp.abort(), limitMs);
    const parts = [this.overHttp.drain(), this.conversations.drain(), this.approvals.drain()];
    const drained = await Promise.allSettled([this.overNats.drain(limitMs), ...parts]);
    clearTimeout(limit);
    return drained.flatMap((each) => (each.status === "rejected" ? [messageOf(each.reason)] : []));
  }

  /** What followed tasks are told to have been, now that they have ended. */
  async followed(): Promise<readonly FollowedEvents[]> {
    const [user] = this.#users;
    if (user === undefined) return [];
    const read: FollowedEvents[] = [];
    for (const { task, seen } of this.overHttp.followed.slice(-READ_AGAIN)) {
      const owner = this.#users.find(({ tenant }) => tenant === this.overHttp.tenantOf.get(task)) ?? user;
      const whole = await readEvents(owner, task, this.#givenUp.signal);
      if (whole !== undefined) read.push({ task, seen, whole });
    }
    return read;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#givenUp.abort();
    await this.overNats[Symbol.asyncDispose]();
  }
}

function gatewayUrl(bed: ChaosBed, n: number): string {
  const gateway = bed.gateways[n % bed.gateways.length];
  if (gateway === undefined) throw new RangeError("there is no gateway");
  return bed.urlOf(gateway);
}
