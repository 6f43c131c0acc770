/** A loop whose connection is given up for a new one: nothing that the server has sent is left to nobody. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { AckPolicy, jetstreamManager } from "@nats-io/jetstream";
import { type Clock, createLogger, openLink, startPull, systemClock } from "@troupe/runtime/internal";
import { LinkProxy } from "../support/link-proxy.ts";
import { silentLogger, startTestServer } from "../support/nats-server.ts";

const SECOND = 1_000_000_000;

/** Resolves when a line with this message was logged. */
function loggerThatTells(text: string) {
  const told = Promise.withResolvers<void>();
  const logger = createLogger({
    name: "test",
    level: "debug",
    destination: { write: (line: string) => void (line.includes(text) && told.resolve()) },
  });
  logger.level = "trace";
  return { logger, told: told.promise };
}

test("what a slow link still carries for a request that was given up is taken before the connection is renewed", async (t) => {
  await using server = await startTestServer();
  await using proxy = await LinkProxy.start(() => new URL(server.url));
  const own = await server.link();
  const jsm = await jetstreamManager(own.nc);
  await jsm.streams.add({ name: "S", subjects: ["S.>"] });
  await jsm.consumers.add("S", { durable_name: "d", ack_policy: AckPolicy.Explicit, ack_wait: 600 * SECOND });

  const asked = new EventEmitter();
  own.nc.subscribe("$JS.API.CONSUMER.MSG.NEXT.S.d", { callback: () => void asked.emit("asked") });
  await own.nc.flush();

  let aheadMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
  const { logger, told: givenUp } = loggerThatTells("pull ended");
  const link = await openLink({ servers: proxy.url, name: "slow", logger: silentLogger });
  const taken = Promise.withResolvers<number>();
  const loop = startPull({
    link,
    stream: "S",
    durable: "d",
    slots: 1,
    run: async (message) => {
      message.ack();
      taken.resolve(message.deliveries);
    },
    logger,
    clock,
  });
  t.after(async () => {
    await loop.stop();
    await link.close();
    await own.close();
  });
  // A request that has all its time before it.
  await once(asked, "asked");
  proxy.stall();
  own.nc.publish("S.0", "x");
  while ((await jsm.consumers.info("S", "d")).num_ack_pending === 0) await own.nc.flush();

  const renewed = link.renewal.renew();
  aheadMs = 10_000;
  await givenUp;
  // Time for a connection that is given up too early to be gone.
  await systemClock.sleep(50);
  proxy.heal();
  assert.equal(await taken.promise, 1);
  await renewed;
});
