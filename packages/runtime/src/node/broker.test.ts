import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_DEPENDENCIES } from "../contracts/control.ts";
import { TroupeError } from "../errors.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ASK_LIMIT_MS, Broker } from "./broker.ts";
import type { BrokerHandler, BrokerPorts } from "./broker-service.ts";

const CALLER = { version: "v1", role: "a", incarnation: "i1" };

const bad = () => {
  throw new Error("odd");
};

function brokerOf(handlers: Readonly<Record<string, Partial<BrokerHandler>>>) {
  const clock = new ManualClock();
  const ports = { clock, logger: createLogger({ name: "test", level: "silent" }) } as unknown as BrokerPorts;
  const services = Object.entries(handlers).map(([name, handler]) => ({
    name,
    open: (): BrokerHandler => ({ ask: async () => null, close: async () => undefined, ...handler }),
  }));
  return { clock, broker: new Broker(services, ports) };
}

test("a question goes to the service of its name, and to nobody when there is none", async () => {
  const { broker } = brokerOf({ twice: { ask: async (_, body) => Number(body) * 2 } });
  assert.equal(await broker.ask("twice", CALLER, 4), 8);
  await assert.rejects(broker.ask("toString", CALLER, 4), (error) => TroupeError.is(error, "unavailable"));
});

test("a service that never answers: the host is told that nobody knows", async () => {
  const { broker, clock } = brokerOf({ slow: { ask: () => new Promise(() => undefined) } });
  const asked = broker.ask("slow", CALLER, null);
  await Promise.all([
    assert.rejects(asked, (error) => TroupeError.is(error, "outcome_unknown")),
    clock.advance(ASK_LIMIT_MS),
  ]);
});

const found = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ kind: "model" as const, name: `m${index}`, isUp: true }));

test("what services have found is told together, as much as fits; one that throws leaves the others' word", () => {
  const { broker } = brokerOf({
    bad: { dependencies: bad },
    mute: {},
    few: { dependencies: () => found(3) },
  });
  assert.deepEqual(broker.dependencies(), found(3));
  assert.equal(brokerOf({ many: { dependencies: () => found(99) } }).broker.dependencies().length, MAX_DEPENDENCIES);
});

test("a service that throws at a host's end, or when it closes, keeps nobody else from it", async () => {
  const heard: string[] = [];
  const { broker } = brokerOf({
    bad: { hostEnded: bad, close: async () => bad() },
    good: { hostEnded: (life) => void heard.push(life), close: async () => void heard.push("closed") },
  });
  broker.hostEnded("i1");
  await broker.close();
  assert.deepEqual(heard, ["i1", "closed"]);
});
