import assert from "node:assert/strict";
import { test } from "node:test";
import pino from "pino";
import { TroupeError } from "../errors.ts";
import { Metrics } from "./metrics.ts";
import { parseMetricsAddress, serveMetrics } from "./metrics-server.ts";

const logger = pino({ level: "silent" });

test("an address is HOST:PORT; a bare port is on loopback", () => {
  assert.deepEqual(parseMetricsAddress("0.0.0.0:9464"), { host: "0.0.0.0", port: 9464 });
  assert.deepEqual(parseMetricsAddress("9464"), { host: "127.0.0.1", port: 9464 });
  assert.deepEqual(parseMetricsAddress("[::1]:0"), { host: "::1", port: 0 });
  for (const wrong of ["", "host", "host:", ":9464", "host:70000", "http://host:1", "a:b:1"])
    assert.throws(
      () => parseMetricsAddress(wrong),
      (error) => TroupeError.is(error, "invalid_config"),
      wrong,
    );
});

test("/metrics is served, and nothing else", async (t) => {
  const metrics = new Metrics(["troupe_nodes"]);
  metrics.set("troupe_nodes", { status: "up" }, 2);
  const server = await serveMetrics("127.0.0.1:0", metrics, logger);
  t.after(() => server.close());
  const answer = await fetch(server.url);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(await answer.text(), /troupe_nodes\{status="up"\} 2/);
  assert.equal((await fetch(new URL("/", server.url))).status, 404);
  assert.equal((await fetch(server.url, { method: "POST" })).status, 405);
  await assert.rejects(serveMetrics(new URL(server.url).host, metrics, logger), (error) =>
    TroupeError.is(error, "invalid_config"),
  );
});

test("figures that cannot be read are an error of this one reading", async (t) => {
  const broken = { contentType: "text/plain", text: () => Promise.reject(new Error("no figures")) };
  const server = await serveMetrics("127.0.0.1:0", broken, logger);
  t.after(() => server.close());
  assert.equal((await fetch(server.url)).status, 500);
});
