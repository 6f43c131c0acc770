import assert from "node:assert/strict";
import { test } from "node:test";
import { resumptionOf } from "./record-consumer.ts";

test("who has seen nearly all goes on at the end and reads what is between; who has seen nothing, or missed much, has it counted", () => {
  const table = [
    [0, 0, "from_where_it_was"],
    [0, 5, "from_where_it_was"],
    [5, 5, "from_the_end"],
    [1, 10_001, "from_the_end"],
    [1, 10_002, "from_where_it_was"],
    // A log that was made anew is shorter than what was seen.
    [50, 3, "from_the_end"],
  ] as const;
  for (const [seenThrough, end, expected] of table)
    assert.equal(resumptionOf(seenThrough, end), expected, `${seenThrough} of ${end}`);
});
