import assert from "node:assert/strict";
import { test } from "node:test";
import { Slos } from "./slo.ts";

test("every wrong objective is named with its path", () => {
  const wrong = Slos.safeParse({
    availability: { target: 1 },
    errors: { windowMs: 60_000 },
    cost: { targetUsd: 0 },
    speed: {},
  });
  const paths = wrong.error?.issues.map(({ path }) => path.join(".")) ?? [];
  for (const path of ["availability", "errors", "cost"])
    assert.ok(
      paths.some((one) => one.startsWith(path)),
      paths.join(),
    );
  assert.match(wrong.error?.message ?? "", /speed/);
});
