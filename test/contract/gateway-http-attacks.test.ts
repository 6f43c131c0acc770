/** Attacks on HTTP itself: framing, slowness, size. None gets through, none is a 5xx, and the gateway goes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Gateway } from "@troupe/gateway";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { collect, connectTo, exchange, statusesIn } from "../support/raw-http.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;
let host: string;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway({ patience: { headersMs: 1_500, requestMs: 4_000, checkMs: 100, stalledMs: 1_000 } });
  host = new URL(gateway.url).host;
});
after(() => bed[Symbol.asyncDispose]());

const submit = (body: unknown) => call(gateway.url, "POST", "/api/v1/tasks", { body });
const lives = async () => assert.equal((await call(gateway.url, "GET", "/livez")).status, 200);
const length = (bytes: number | string) => `Content-Length: ${bytes}\r\n`;
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test("a request inside another's body is never answered, however the two lengths disagree", async () => {
  const inner = `GET /v1/models HTTP/1.1\r\nHost: ${host}\r\nX-Smuggled: yes\r\n\r\n`;
  const head = `POST /api/v1/tasks HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
  const chunked = "Transfer-Encoding: chunked\r\n";
  const attacks: Record<string, string> = {
    "CL.TE": `${head}${length(5 + inner.length)}${chunked}\r\n0\r\n\r\n${inner}`,
    "TE.CL": `${head}${chunked}${length(4)}\r\n5c\r\n${inner}\r\n0\r\n\r\n`,
    "two lengths": `${head}${length(2)}${length(2 + inner.length)}\r\n{}${inner}`,
    "a list of lengths": `${head}${length(`2, ${2 + inner.length}`)}\r\n{}${inner}`,
    "a signed length": `${head}${length("+2")}\r\n{}${inner}`,
    "a hexadecimal length": `${head}${length("0x2")}\r\n{}${inner}`,
    "a negative length": `${head}${length(-1)}\r\n{}${inner}`,
    "TE obfuscated": `${head}${length(2)}Transfer-Encoding: xchunked\r\n\r\n{}${inner}`,
    "TE twice": `${head}${chunked}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`,
    "TE with a tab": `${head}${length(2)}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${inner}`,
    "a space before the colon": `${head}${length(2)}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
    "a folded header": `${head}X: a\r\n Transfer-Encoding: chunked\r\n${length(2)}\r\n{}${inner}`,
    "a bare line feed": `${head.replaceAll("\r\n", "\n")}${length(2).replace("\r\n", "\n")}${chunked.replace("\r\n", "\n")}\n0\n\n${inner}`,
    "a bare carriage return": `${head}X: a\rTransfer-Encoding: chunked\r\n${length(2)}\r\n{}${inner}`,
    "two hosts": `${head}Host: evil.example\r\n${length(2 + inner.length)}\r\n{}${inner}`,
    "two types of body": `${head}Content-Type: text/plain\r\n${length(2 + inner.length)}\r\n{}${inner}`,
    "two credentials": `${head}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n${length(2 + inner.length)}\r\n{}${inner}`,
    "HTTP/1.0 in chunks": `${head.replace("1.1", "1.0")}${chunked}\r\n2\r\n{}\r\n0\r\n\r\n${inner}`,
    "a refusal that leaves the body": `${head.replace("/api/v1/tasks", "/nowhere")}${length(inner.length)}\r\n${inner}`,
    "a NUL in a header": `${head}X: a\0b\r\n${length(2)}${chunked}\r\n{}${inner}`,
    "a chunk size that overflows": `${head}${chunked}\r\nffffffffffffffff1\r\n{}${inner}`,
    "a chunk size with garbage": `${head}${chunked}\r\n2;\n{}\r\n0\r\n\r\n${inner}`,
    "a chunk without its end": `${head}${chunked}\r\n2\r\n{}XX0\r\n\r\n${inner}`,
  };
  for (const [what, bytes] of Object.entries(attacks)) {
    const answer = await exchange(gateway.url, bytes);
    assert.ok(!answer.includes('"object":"list"'), `${what}: the inner request was answered`);
    const statuses = statusesIn(answer);
    assert.ok(!answer.includes("HTTP/1.1 4") || answer.includes('"type":"urn:troupe:error:'), `${what}: ${answer}`);
    assert.ok(statuses.length <= 1 && statuses.every((status) => status >= 400 && status < 500), `${what}: ${answer}`);
  }
  await lives();
});

test("clients that dawdle over headers or body are let go, and hold nobody else up", async () => {
  const slow = await Promise.all(Array.from({ length: 100 }, () => connectTo(gateway.url)));
  for (const [n, socket] of slow.entries()) {
    socket.write(`POST /api/v1/tasks HTTP/1.1\r\nHost: ${host}\r\n`);
    if (n % 2 === 0) socket.write("Content-Length: 1000\r\n\r\n{");
  }
  await lives();
  const answers = await Promise.all(slow.map((socket) => collect(socket, 3_000)));
  for (const answer of answers)
    assert.ok(
      statusesIn(answer).every((status) => status === 408),
      answer,
    );
  await lives();
});

test("a reader that takes nothing is let go, and what waits for it is bounded", async () => {
  const { body } = await submit({ role: "router", input: "x" });
  const task = body.task_id ?? assert.fail();
  const socket = await connectTo(gateway.url);
  socket.write(`GET /api/v1/tasks/${task}/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  // Before the stream is open nobody listens to what is sent.
  await once(socket, "data");
  socket.pause();
  const rss = process.memoryUsage().rss;
  // No record is ever left out for a slow reader: 20 MB are more than the connection holds.
  const data = "x".repeat(200_000);
  for (let n = 1; n <= 100; n++) {
    await bed.write(task, hopOf(1), "router", `s.emit.${n}`, writtenBy("n1"), { name: "large", data });
  }
  const tokens = bed.subjects.tokensOf(task as never).replace("*", hopOf(1));
  const text = "x".repeat(100_000);
  for (let n = 0; n < 1_000; n++) {
    bed.core.nc.publish(tokens, JSON.stringify({ role: "router", text }));
    if (n % 50 === 0) await bed.core.nc.flush();
  }
  await bed.core.nc.flush();
  // A client that reads nothing sees no end; one that writes to a connection that is gone is told.
  await until("the gateway lets go of it", 60_000, async () => {
    if (!socket.destroyed) socket.write("\r\n");
    return socket.destroyed;
  });
  const grownMb = (process.memoryUsage().rss - rss) / 1e6;
  assert.ok(grownMb < 200, `100 MB were sent at a stalled reader; the process grew by ${grownMb.toFixed(0)} MB`);
  await lives();
});

test("bombs are refused by their size or shape before they cost anything", async () => {
  const bodies: Record<string, [unknown, number[]]> = {
    "10,000 levels": [`{"role":"router","input":${deep(10_000)}}`, [400]],
    "1,000,000 levels": [`{"role":"router","input":${deep(1_000_000)}}`, [400]],
    "100,000 unknown keys": [`{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join(",")}}`, [400]],
    "a number of 100,000 digits": [`{"role":"router","input":1,"deadline_ms":${"9".repeat(100_000)}}`, [400]],
    "a name of 1 MB": [{ role: "r".repeat(1_000_000), input: "x" }, [400]],
    "metadata of 1 MB": [{ role: "router", input: "x", metadata: { a: "m".repeat(1_000_000) } }, [400]],
    "broken UTF-8": [Buffer.from([0x7b, 0x22, 0xff, 0xfe]).toString("latin1"), [400]],
    "half a JSON": ['{"role":"router","input":', [400]],
    nothing: ["", [400]],
  };
  for (const [what, [body, expected]] of Object.entries(bodies)) {
    const { status, text } = await submit(body);
    assert.ok(expected.includes(status), `${what}: ${status} ${text.slice(0, 200)}`);
    assert.ok(text.length < 20_000, `${what}: the answer repeats what it refuses`);
  }
  const packed = gzipSync(Buffer.alloc(10_000_000, " "));
  const zipped = await fetch(`${gateway.url}/api/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: packed,
  });
  assert.ok(zipped.status === 400 || zipped.status === 415, `a packed body is not unpacked: ${zipped.status}`);
  const huge = `POST /api/v1/tasks HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 99999999999\r\n\r\n`;
  assert.deepEqual(statusesIn(await exchange(gateway.url, huge)).slice(0, 1), [413]);
  const headers = Array.from({ length: 5_000 }, (_, n) => `X-${n}: ${n}\r\n`).join("");
  const manyHeaders = await exchange(gateway.url, `GET /livez HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`);
  assert.deepEqual(statusesIn(manyHeaders), [431]);
  const longUrl = await exchange(gateway.url, `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  assert.ok(
    statusesIn(longUrl).every((status) => status >= 400 && status < 500),
    longUrl.slice(0, 100),
  );
  await lives();
});
