import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { TroupeError } from "../errors.ts";
import { guardedFetch } from "./guarded-fetch.ts";

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const local = guardedFetch({ privateHosts: ["127.0.0.1", "localhost"], maxBytes: 1_000 });
const refusal = (code: "forbidden" | "body_too_large") => (error: unknown) =>
  TroupeError.is(error, code) || (error instanceof Error && TroupeError.is(error.cause, code));

test("a request arrives with its method, headers and body, and the answer comes back as it is", async (t) => {
  const url = await serve(t, (request, response) => {
    void text(request).then((body) =>
      response
        .writeHead(201, { "x-told": `${request.method ?? ""} ${String(request.headers["x-asked"])}` })
        .end(`got ${body}`),
    );
  });
  const answer = await local(`${url}/a`, { method: "POST", headers: { "x-asked": "yes" }, body: "hello" });
  assert.deepEqual([answer.status, answer.headers.get("x-told"), await answer.text()], [201, "POST yes", "got hello"]);
});

test("a redirect is an answer and is not followed; an answer without a body has none", async (t) => {
  const url = await serve(t, (request, response) =>
    request.url === "/none"
      ? response.writeHead(204).end()
      : response.writeHead(302, { location: "http://169.254.169.254/" }).end(),
  );
  assert.equal((await local(url)).status, 302);
  assert.equal((await local(`${url}/none`)).body, null);
});

test("what is over the limit breaks off", async (t) => {
  const url = await serve(t, (_request, response) => response.end("x".repeat(5_000)));
  await assert.rejects((await local(url)).text(), refusal("body_too_large"));
});

test("nothing is sent to private addresses, by whatever name, without TLS, or with a password in the URL", async (t) => {
  let asked = 0;
  const url = await serve(t, (_request, response) => {
    asked++;
    response.end();
  });
  const { port } = new URL(url);
  const open = guardedFetch();
  for (const bad of [
    url,
    `https://127.0.0.1:${port}/`,
    `https://localhost:${port}/`,
    "https://[::ffff:10.0.0.1]/",
    "https://2130706433/",
    "http://example.com/",
    "ftp://example.com/",
  ]) {
    await assert.rejects(open(bad), refusal("forbidden"), bad);
  }
  assert.equal(asked, 0);
});

test("an abort ends the request", async (t) => {
  const url = await serve(t, () => undefined);
  await assert.rejects(local(url, { signal: AbortSignal.timeout(50) }));
});
