import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeRoundTrip, judgeServer, type ServerFacts } from "./server-checks.ts";

const good: ServerFacts = { version: "2.15.1", headers: true, maxPayloadBytes: 1_048_576, hasJetStream: true };

test("each setting of the server that would break tasks is found, with its remedy", () => {
  const cases: readonly (readonly [Partial<ServerFacts>, RegExp, RegExp])[] = [
    [{ version: "2.10.29" }, /2\.10\.29 is older than 2\.14\.4/, /install nats-server/],
    [{ hasJetStream: false }, /no JetStream/, /-js/],
    [{ headers: false }, /headers switched off/, /no_header_support/],
    [{ maxPayloadBytes: 65_536 }, /max_payload of the server is 65536/, /max_payload: 1MB/],
  ];
  for (const [fault, text, remedy] of cases) {
    const found = judgeServer({ ...good, ...fault });
    assert.equal(found.status, "failed", found.text);
    assert.match(found.text, text);
    assert.match("remedy" in found ? found.remedy : "", remedy);
    assert.notEqual("why" in found ? found.why : "", "");
  }
  assert.equal(judgeServer(good).status, "ok");
});

test("a server that is far away is a warning", () => {
  assert.deepEqual(
    [2, 300].map((ms) => judgeRoundTrip(ms, "nats:4222").status),
    ["ok", "warning"],
  );
});
