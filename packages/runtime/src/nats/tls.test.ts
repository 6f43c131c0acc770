import assert from "node:assert/strict";
import { test } from "node:test";
import { tlsOfEnvironment, tlsSettings } from "./tls.ts";

test("nothing given is no TLS of our own choice, and empty is nothing", () => {
  assert.equal(tlsOfEnvironment({}), undefined);
  assert.equal(tlsOfEnvironment({ TROUPE_TLS_CA: "", TROUPE_TLS_FIRST: "0" }), undefined);
  assert.equal(tlsSettings({ ca: undefined, cert: undefined, key: undefined, isFirst: undefined }), undefined);
});

test("each variable is its setting", () => {
  const env = { TROUPE_TLS_CA: "ca", TROUPE_TLS_CERT: "cert", TROUPE_TLS_KEY: "key", TROUPE_TLS_FIRST: "1" };
  assert.deepEqual(tlsOfEnvironment(env), { ca: "ca", cert: "cert", key: "key", isFirst: true });
  assert.deepEqual(tlsOfEnvironment({ TROUPE_TLS_FIRST: "true" }), { isFirst: true });
});

test("a certificate without its key is refused, and a key without its certificate", () => {
  for (const env of [{ TROUPE_TLS_CERT: "cert" }, { TROUPE_TLS_KEY: "key" }]) {
    assert.throws(() => tlsOfEnvironment(env), { code: "invalid_config" });
  }
});
