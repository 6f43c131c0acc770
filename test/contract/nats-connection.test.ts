import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { openLink } from "@troupe/runtime/internal";
import { LinkProxy } from "../support/link-proxy.ts";
import { silentLogger, startTestServer, type TestServer } from "../support/nats-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const open = (servers: string, name = "test") => openLink({ servers, name, logger: silentLogger, firstConnectMs: 300 });

test("a link says who it is and which prefixes it has", async () => {
  const link = await open(server.url, "node/web-1");
  assert.deepEqual([link.name, link.apiPrefix, link.inboxPrefix], ["node/web-1", "$JS.API", "_INBOX"]);
  await link.close();
  const node = await openLink({ servers: server.url, name: "n", user: "node", logger: silentLogger });
  assert.equal(node.apiPrefix, "JSC.API");
  await node.close();
});

test("where nobody listens the first connect ends with unavailable", async () => {
  const unused = createServer();
  unused.listen(0, "127.0.0.1");
  await once(unused, "listening");
  const address = unused.address();
  assert.ok(address && typeof address === "object");
  unused.close();
  await once(unused, "close");
  await assert.rejects(open(`nats://127.0.0.1:${address.port}`), { code: "unavailable" });
});

test("a server without the JetStream API that is needed is refused with its version", async () => {
  // An old server as far as its greeting goes, which is all that is looked at.
  const old = createServer((socket) => {
    socket.write('INFO {"server_id":"X","version":"2.10.7","headers":true,"max_payload":1048576,"proto":1}\r\n');
    socket.on("data", (data) => {
      if (data.toString().includes("PING")) socket.write("PONG\r\n");
    });
    socket.on("error", () => socket.destroy());
  });
  old.listen(0, "127.0.0.1");
  await once(old, "listening");
  const address = old.address();
  assert.ok(address && typeof address === "object");
  try {
    await assert.rejects(open(`nats://127.0.0.1:${address.port}`), { code: "wrong_server", message: /2\.10\.7/ });
  } finally {
    old.close();
  }
});

test("a link comes back after the server was killed and started again", async () => {
  const link = await open(server.url);
  const reconnected = (async () => {
    for await (const status of link.nc.status()) if (status.type === "reconnect") return;
  })();
  await server.kill();
  await server.restart();
  await reconnected;
  await link.nc.request("$JS.API.INFO", "", { timeout: 5_000 });
  await link.close();
});

test("a server that had no time for a newcomer has not refused it", async () => {
  const busy = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write('INFO {"server_id":"X","version":"2.15.1","headers":true,"max_payload":1048576,"proto":1}\r\n');
    socket.end("-ERR 'Authentication Timeout'\r\n");
  });
  busy.listen(0, "127.0.0.1");
  await once(busy, "listening");
  const address = busy.address();
  assert.ok(address && typeof address === "object");
  try {
    const refused = { code: "unavailable", message: /Authentication Timeout/ };
    await assert.rejects(open(`nats://127.0.0.1:${address.port}`), refused);
  } finally {
    busy.close();
  }
});

test("where an answer takes longer than an attempt may, the next attempt may take longer: everybody gets in at last", {
  timeout: 120_000,
}, async () => {
  await using proxy = await LinkProxy.start(() => new URL(server.url));
  const link = await open(proxy.url);
  const reconnected = (async () => {
    for await (const status of link.nc.status()) if (status.type === "reconnect") return;
  })();
  // Three ways in a row: the server's greeting, the client's answer, the server's consent.
  proxy.late(() => 750);
  proxy.reset();
  const newcomer = openLink({ servers: proxy.url, name: "newcomer", logger: silentLogger, firstConnectMs: 60_000 });
  await Promise.all([reconnected, newcomer]);
  proxy.heal();
  await link.nc.request("$JS.API.INFO", "", { timeout: 15_000 });
  await Promise.all([link.close(), (await newcomer).close()]);
});

test("closing sends what was published before, and closing again does nothing", async () => {
  const [link, other] = await Promise.all([open(server.url), open(server.url)]);
  const { promise, resolve } = Promise.withResolvers<string>();
  other.nc.subscribe("last.words", { callback: (_error, message) => resolve(message.string()) });
  await other.nc.flush();
  link.nc.publish("last.words", "bye");
  await link.close();
  await link.close();
  assert.equal(await promise, "bye");
  await other.close();
});

test("closing ends also while the server is gone or frozen", async () => {
  const frozen = await open(server.url);
  server.freeze();
  await frozen.close();
  assert.ok(frozen.nc.isClosed());
  server.thaw();
  const orphan = await open(server.url);
  await server.kill();
  await orphan.close();
  assert.ok(orphan.nc.isClosed());
  await server.restart();
});
