import assert from "node:assert/strict";
import { test } from "node:test";
import { foreignPage } from "./foreign-page.ts";

const localAddress = "127.0.0.1";

test("programs and the gateway's own pages are let in", () => {
  for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "troupe.localhost", "10.0.0.7:8080"]) {
    assert.equal(foreignPage({ host, origin: undefined, localAddress }), undefined, host);
    assert.equal(foreignPage({ host, origin: `http://${host}`, localAddress }), undefined, host);
  }
  assert.equal(foreignPage({ host: undefined, origin: undefined, localAddress }), undefined);
});

test("a page of another origin is not, wherever the gateway listens", () => {
  for (const origin of ["https://evil.example", "http://localhost:3000", "null", "file://", "http://127.0.0.1:8081"]) {
    assert.ok(foreignPage({ host: "127.0.0.1:8080", origin, localAddress }), origin);
    assert.ok(foreignPage({ host: "gateway:8080", origin, localAddress: "172.18.0.2" }), origin);
  }
});

test("a name that was pointed at this machine is not, though the page and the name agree", () => {
  for (const host of ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "xlocalhost"]) {
    assert.ok(foreignPage({ host, origin: `http://${host}`, localAddress }), host);
    assert.ok(foreignPage({ host, origin: undefined, localAddress: "::ffff:127.0.0.1" }), host);
  }
  assert.equal(foreignPage({ host: "gateway:8080", origin: undefined, localAddress: "172.18.0.2" }), undefined);
});
