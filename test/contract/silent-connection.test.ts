/** A connection that stands and over which the store answers nothing: the server behind it has lost the others without knowing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { type Clock, followStore, openLink, StoreClock, Subjects, systemClock } from "@troupe/runtime/internal";
import { LinkProxy } from "../support/link-proxy.ts";
import { silentLogger, startTestServer } from "../support/nats-server.ts";

/** A clock on which the two seconds that an answer is waited for are forty. */
const hasty: Clock = {
  nowMs: () => 0,
  monotonicMs: () => systemClock.monotonicMs() * 20,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

test("a connection over which nothing was answered for half a minute is given up for another server", async (t) => {
  await using silent = await startTestServer({ config: 'mappings { "$JS.API.STREAM.INFO.S_INGRESS": "nowhere" }' });
  await using sound = await startTestServer();
  const nowhere = await silent.link("nowhere");
  nowhere.nc.subscribe("nowhere", { callback: () => undefined });
  await nowhere.nc.flush();
  const own = await sound.link("own");
  await (await jetstreamManager(own.nc)).streams.add({ name: "S_INGRESS", subjects: ["S.>"] });

  let server = silent;
  await using proxy = await LinkProxy.start(() => new URL(server.url));
  const link = await openLink({ servers: proxy.url, name: "asks", logger: silentLogger });
  server = sound;
  t.after(() => Promise.all([link.close(), own.close(), nowhere.close()]));
  const clock = new StoreClock(hasty);
  await followStore(clock, { link, subjects: new Subjects("s"), logger: silentLogger });
  assert.equal(clock.nowMs(), 0, "nobody has told the time");
  while (clock.nowMs() === 0) await systemClock.sleep(20);
  assert.ok(Math.abs(clock.nowMs() - Date.now()) < 60_000);
});
