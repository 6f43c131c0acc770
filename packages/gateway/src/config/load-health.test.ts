import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import { loadRequiredParts } from "./load-health.ts";

test("parts of health are required by name, and by no other word", () => {
  assert.deepEqual(loadRequiredParts({}), []);
  assert.deepEqual(loadRequiredParts({ TROUPE_HEALTH_REQUIRES: "supervisor, models" }), ["supervisor", "models"]);
  for (const wrong of ["database", "supervisor,", ""]) {
    assert.throws(
      () => loadRequiredParts({ TROUPE_HEALTH_REQUIRES: wrong }),
      (error) => TroupeError.is(error, "invalid_config") && /TROUPE_HEALTH_REQUIRES/.test(error.message),
      wrong,
    );
  }
});
