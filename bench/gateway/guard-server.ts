/** A gateway as a process of its own, whose callers sign in as the order says. Tells its URL, and when asked what its guard cost so far. */
import { createGateway } from "@troupe/gateway";
import { createLogger } from "@troupe/runtime/internal";
import { GuardOrder } from "./guard-order.ts";

const MANY = 1_000_000;

const { system, url, seed, isOpen, jwt } = GuardOrder.parse(JSON.parse(process.argv[2] ?? ""));
const gateway = createGateway({
  system,
  servers: url,
  seed,
  ...(isOpen ? {} : { auth: { jwt }, limits: { userPerMinute: MANY, tenantPerMinute: MANY } }),
  // A machine that is busy otherwise must not turn requests away.
  loadLimits: { loopDelayMs: Number.POSITIVE_INFINITY },
  logger: createLogger({ name: "bench", level: "error" }),
});
await gateway.start();
process.on("message", () => process.send?.(gateway.guardTiming()));
process.send?.({ url: gateway.url });
