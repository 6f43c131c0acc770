/** What stands before every route: load, credentials, limits, permissions, in this order and before the body is read. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { type Clock, TroupeError } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Authenticator } from "../auth/authenticate.ts";
import { requireAllowed } from "../auth/authorize.ts";
import type { Requirement } from "../auth/permission.ts";
import { developer, type Principal } from "../auth/principal.ts";
import { printable, type SecurityLog } from "../auth/security-log.ts";
import { limitHeaders, limitReached } from "../limits/limit-headers.ts";
import { type Load, type LoadLimits, overload, shed } from "../limits/load-shedding.ts";
import { OpenRequests } from "../limits/open-requests.ts";
import type { LimitVerdict, RateLimiter } from "../limits/rate-limiter.ts";
import { callerName, limitsOf, type RequestLimits } from "../limits/request-limits.ts";
import { callerAddress } from "./caller-address.ts";
import { foreignPage } from "./foreign-page.ts";
import { HeldResponses } from "./held-responses.ts";

export interface GuardPorts {
  /** Absent: nobody signs in. */
  readonly authenticator?: Pick<Authenticator, "authenticate" | "isStillGood"> | undefined;
  /** Absent: nobody is limited. */
  readonly limiting?: { readonly limiter: Pick<RateLimiter, "take">; readonly limits: RequestLimits } | undefined;
  readonly loadLimits: LoadLimits;
  readonly loopDelayMs: () => number;
  readonly log: SecurityLog;
  /** Whose tasks those are of callers who need not sign in. */
  readonly tenant: string;
  readonly clock: Clock;
}

const PRINCIPAL = "principal";
const NANOSECONDS_PER_MS = 1e6;
/** How often it is looked whether the credentials of what is open are still good. */
const LOOK_MS = 1_000;
/** Callers a minute whose refusal by a limit becomes an event. */
const MOST_TOLD = 1_000;

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a route asks of its caller; a route that does not say takes administrators alone. */
    readonly permission?: Requirement;
  }
}

export class Guard {
  readonly #ports: GuardPorts;
  readonly #requirements: ReadonlyMap<string, Requirement>;
  readonly #open = new OpenRequests();
  readonly #held = new HeldResponses();
  readonly #nobody: Principal;
  /** Time that requests spent here, ns. */
  readonly #durations: RecordableHistogram = createHistogram();
  /** Callers whose refusal by a limit was told in this minute: one event for each, not one for each request. */
  readonly #told = new Set<string>();
  #toldMinute = 0;

  /** `requirements` by `METHOD url`, in the router's form. */
  constructor(ports: GuardPorts, requirements: ReadonlyMap<string, Requirement>) {
    this.#ports = ports;
    this.#requirements = requirements;
    this.#nobody = developer(ports.tenant);
  }

  /** Stands before every route that is registered from now on. */
  install(app: FastifyInstance): void {
    app.decorateRequest(PRINCIPAL, null);
    const { authenticator } = this.#ports;
    if (authenticator) {
      const looks = setInterval(() => this.#held.cutOff((one) => authenticator.isStillGood(one)), LOOK_MS).unref();
      app.addHook("onClose", () => clearInterval(looks));
    }
    app.addHook("onRequest", async (request, reply) => {
      const begunMs = this.#ports.clock.monotonicMs();
      try {
        await this.#admit(request, reply);
      } finally {
        const tookMs = this.#ports.clock.monotonicMs() - begunMs;
        this.#durations.record(Math.max(1, Math.round(tookMs * NANOSECONDS_PER_MS)));
      }
    });
  }

  /** Who sent a request that was admitted. */
  principalOf(request: FastifyRequest): Principal {
    return request.getDecorator<Principal | null>(PRINCIPAL) ?? this.#nobody;
  }

  /** How long requests were kept here: count, and quantiles in ms. */
  timing(): { readonly count: number; readonly p50Ms: number; readonly p99Ms: number } {
    const quantile = (percent: number) => this.#durations.percentile(percent) / NANOSECONDS_PER_MS;
    return { count: this.#durations.count, p50Ms: quantile(50), p99Ms: quantile(99) };
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const requirement = this.#requirementOf(request);
    if (requirement === "public") return;
    const { authenticator } = this.#ports;
    this.#refuseUnderLoad();
    if (!authenticator) this.#refuseForeignPage(request);
    const principal = authenticator ? await authenticator.authenticate(presented(request)) : this.#nobody;
    request.setDecorator(PRINCIPAL, principal);
    this.#holdOpen(principal, request, reply);
    await this.#limit(principal, request, reply);
    this.#authorize(principal, requirement, request);
  }

  #requirementOf({ is404, method, routeOptions }: FastifyRequest): Requirement {
    if (is404) return "public";
    const asked = method === "HEAD" ? "GET" : method;
    return routeOptions.config.permission ?? this.#requirements.get(`${asked} ${routeOptions.url ?? ""}`) ?? "admin";
  }

  #refuseUnderLoad(): void {
    const load: Load = { openRequests: this.#open.count, loopDelayMs: this.#ports.loopDelayMs() };
    const why = overload(load, this.#ports.loadLimits);
    if (why !== undefined) throw shed(why);
  }

  #refuseForeignPage(request: FastifyRequest): void {
    const { host, origin } = request.headers;
    const why = foreignPage({ host, origin, localAddress: request.socket.localAddress });
    if (why === undefined) return;
    this.denied(request, why);
    throw new TroupeError("forbidden", `this request is refused since nobody has to sign in here and ${why}`);
  }

  #holdOpen(principal: Principal, request: FastifyRequest, reply: FastifyReply): void {
    const name = callerName(principal);
    const { limiting } = this.#ports;
    if (limiting && this.#open.of(name) >= limiting.limits.openRequests) {
      const what = `${limiting.limits.openRequests} requests of this user are open at this gateway`;
      this.#tellLimited(principal, request, "open");
      throw new TroupeError("rate_limited", what, { details: { retry_after_ms: 1_000 } });
    }
    reply.raw.once("close", this.#open.open(name));
    if (principal.credential.kind !== "none") this.#held.hold(reply.raw, principal);
  }

  async #limit(principal: Principal, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { limiting } = this.#ports;
    if (!limiting) return;
    const verdicts: LimitVerdict[] = [];
    for (const { limit, key } of limitsOf(principal, limiting.limits)) {
      const taken = limiting.limiter.take(limit, key);
      const verdict = taken instanceof Promise ? await taken : taken;
      verdicts.push(verdict);
      // What is refused by a narrow limit does not use up a wider one.
      if (!verdict.isAllowed) break;
    }
    // The answers of streams do not pass through the reply.
    for (const [name, value] of Object.entries(limitHeaders(verdicts))) {
      reply.header(name, value);
      reply.raw.setHeader(name, value);
    }
    const refused = verdicts.find(({ isAllowed }) => !isAllowed);
    if (!refused) return;
    this.#tellLimited(principal, request, refused.limit.name);
    throw limitReached(refused);
  }

  #authorize(principal: Principal, requirement: Requirement, request: FastifyRequest): void {
    try {
      requireAllowed(principal, requirement);
    } catch (error) {
      this.denied(request, `permission ${requirement}`);
      throw error;
    }
  }

  /** Notes that a caller asked for what is not its own. */
  denied(request: FastifyRequest, reason: string): void {
    const act = `${request.method} ${request.routeOptions.url ?? ""}`.slice(0, 128);
    const what = printable(request.url);
    this.#ports.log.record({ event: "denied", by: "gateway", who: this.#who(request), act, what, reason });
  }

  #tellLimited(principal: Principal, request: FastifyRequest, limit: string): void {
    const minute = Math.floor(this.#ports.clock.nowMs() / 60_000);
    if (minute !== this.#toldMinute) this.#told.clear();
    this.#toldMinute = minute;
    const name = `${limit}\n${callerName(principal)}`;
    if (this.#told.has(name) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(name);
    this.#ports.log.record({ event: "rate_limited", who: this.#who(request), what: `limit ${limit}` });
  }

  #who(request: FastifyRequest) {
    const { tenant, user, credential } = this.principalOf(request);
    const shown = credential.kind === "none" ? {} : { user: printable(`${tenant}/${user}`, 256) };
    return { ...shown, host: printable(callerAddress(request.ip), 128) };
  }
}

function presented({ headers, ip }: FastifyRequest) {
  const apiKey = headers["x-api-key"];
  return {
    authorization: headers.authorization,
    apiKey: Array.isArray(apiKey) ? apiKey.join(",") : apiKey,
    address: callerAddress(ip),
  };
}
