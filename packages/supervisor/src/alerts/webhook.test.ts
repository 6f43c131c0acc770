import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { type AlertNotice, createLogger, seededRandom, TroupeError } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { checkWebhook, WebhookSink } from "./webhook.ts";

const notice = (about: string): AlertNotice => ({
  v: 1,
  system: "s",
  state: "fired",
  name: "node_lost",
  about,
  severity: "critical",
  text: "lost",
  since: "then",
  at: "now",
});

const logger = createLogger({ name: "test", level: "silent" });

async function receiver(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      answer(request, response, bodies.length);
      return undefined;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { bodies, port: (server.address() as AddressInfo).port };
}

const sinkTo = (url: string, privateHosts: readonly string[] = ["127.0.0.1", "localhost"]) => {
  const clock = new ManualClock();
  return { clock, sink: new WebhookSink({ url, privateHosts }, { clock, random: seededRandom(1), logger }) };
};

test("an alert arrives as one JSON body", async (t) => {
  const { bodies, port } = await receiver(t, (_request, response) => response.writeHead(204).end());
  const { sink } = sinkTo(`http://127.0.0.1:${port}/alerts`);
  sink.tell(notice("n1"));
  sink.tell(notice("n2"));
  await sink.idle();
  assert.deepEqual(
    bodies.map((body) => (JSON.parse(body) as AlertNotice).about),
    ["n1", "n2"],
  );
});

test("what is not taken is sent again after a pause that grows, then let go, and the next one is sent", async (t) => {
  const { bodies, port } = await receiver(t, (_request, response, nth) =>
    response.writeHead(nth <= 6 ? 503 : 200).end(),
  );
  const { sink, clock } = sinkTo(`http://127.0.0.1:${port}/`);
  sink.tell(notice("n1"));
  sink.tell(notice("n2"));
  for (let attempt = 1; attempt < 6; attempt++) {
    await clock.sleeping();
    assert.equal(bodies.length, attempt);
    assert.ok((clock.nextInMs ?? 0) <= 1_000 * 2 ** (attempt - 1) && (clock.nextInMs ?? 0) >= 500 * 2 ** (attempt - 1));
    await clock.advance(30_000);
  }
  await sink.idle();
  assert.equal(bodies.length, 7);
  assert.equal((JSON.parse(bodies[6] ?? "") as AlertNotice).about, "n2");
});

test("a redirect is not followed", async (t) => {
  const inside = await receiver(t, (_request, response) => response.writeHead(200).end());
  const { port } = await receiver(t, (_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/` }).end(),
  );
  const { sink, clock } = sinkTo(`http://127.0.0.1:${port}/`);
  sink.tell(notice("n1"));
  await clock.sleeping();
  sink.stop();
  await sink.idle();
  assert.deepEqual(inside.bodies, []);
});

test("a name that resolves to a private address is refused unless it is allowed by name, and not tried again", async (t) => {
  const { bodies, port } = await receiver(t, (_request, response) => response.writeHead(200).end());
  // https, so that the name need not be allowed for its scheme: the refusal comes before any byte.
  const refused = sinkTo(`https://localhost:${port}/`, []);
  refused.sink.tell(notice("n1"));
  await refused.sink.idle();
  assert.deepEqual(bodies, []);
  const allowed = sinkTo(`http://localhost:${port}/`);
  allowed.sink.tell(notice("n2"));
  await allowed.sink.idle();
  assert.equal(bodies.length, 1);
});

test("an endless answer holds nothing up: its body is not read", async (t) => {
  const { bodies, port } = await receiver(t, (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x".repeat(65_536)), 1);
    response.on("close", () => clearInterval(timer));
  });
  const { sink } = sinkTo(`http://127.0.0.1:${port}/`);
  sink.tell(notice("n1"));
  await sink.idle();
  assert.equal(bodies.length, 1);
});

test("where no alert may ever go is refused when it is set", () => {
  for (const url of [
    "",
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://example.com/",
    "https://user:secret@example.com/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest/",
  ])
    assert.throws(
      () => checkWebhook({ url }),
      (error) => TroupeError.is(error, "invalid_config"),
      url,
    );
  assert.equal(checkWebhook({ url: "https://example.com/hook?x=1" }).host, "example.com");
  assert.equal(checkWebhook({ url: "http://10.0.0.7:9/", privateHosts: ["10.0.0.7"] }).host, "10.0.0.7:9");
});
