import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledRows } from "../testing/labelled-rows.ts";
import { AnchoredPatterns } from "./anchored.ts";
import { ENGLISH } from "./detectors/injection/english.ts";
import { cleaned, latinised, lowered } from "./normalise.ts";
import { View } from "./view.ts";

const found = (source: string, text: string): readonly string[] =>
  new AnchoredPatterns([source]).find(text).map(({ start, end }) => text.slice(start, end));

test("a pattern is found where a word begins, and nowhere inside of one", () => {
  assert.deepEqual(found("(?:show|tell(?: me)?)", "show: tell me, foreshown, retell"), ["show", "tell me"]);
});

test("of one place every pattern has its own match", () => {
  const patterns = new AnchoredPatterns(["as a", "as (?:a|an) ai", "a"]);
  assert.deepEqual(
    patterns.find("as a ai").map(({ pattern, end }) => `${pattern} to ${end}`),
    ["2 to 1", "0 to 4", "1 to 7", "2 to 4", "2 to 6"],
  );
});

test("what may be left out, repeated or be one of several letters does not hide a beginning", () => {
  for (const [source, text] of [
    ["(?:very )?(?:old|new) rules?", "new rule"],
    ["[ab]+c", "bbc"],
    ["x{0,3}yz", "yz"],
    ["\\d{2}-\\d", "42-1"],
    ["(?=to)to go", "to go"],
    ["(?<=- ?)end", "- end"],
    ["<\\|?im", "a<im"],
  ] as const) {
    assert.equal(found(source, text).length, 1, source);
  }
});

test("scripts that part no words are searched at every letter", () => {
  assert.deepEqual(found("指令|忽略", "请忽略指令"), ["忽略", "指令"]);
});

test("a pattern that may begin with anything is refused", () => {
  assert.throws(() => new AnchoredPatterns(["\\s?x?"]), /may begin with anything/);
});

test("what the rules for English find in labelled texts is what they find when they are searched for everywhere", async () => {
  const sources = [...new Set(ENGLISH.flatMap(({ steps }) => steps))];
  const patterns = new AnchoredPatterns(sources);
  const everywhere = sources.map((source) => new RegExp(source, "u"));
  for (const { text, lang } of [...(await labelledRows("tuned")), ...(await labelledRows("held"))]) {
    if (lang !== "en") continue;
    const folded = latinised(lowered(cleaned(new View(text)))).text;
    const here = new Set(patterns.find(folded).map(({ pattern }) => pattern));
    const hidden = everywhere.filter((pattern, place) => !here.has(place) && pattern.test(folded));
    assert.deepEqual(
      hidden.map((pattern) => `${pattern.source} in ${folded}`),
      [],
    );
  }
});
