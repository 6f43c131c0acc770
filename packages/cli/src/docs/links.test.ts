/** What the pages refer to is there, and every page can be found. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../../../..");
const LINK = /\]\((?<target>[^()\s]+)\)/g;
const ELSEWHERE = /^(?:https?:|mailto:)/;

const pages = globSync(["*.md", "docs/**/*.md", "deploy/**/*.md", "examples/**/*.md", "packages/*/*.md"], {
  cwd: ROOT,
  exclude: (path) => path.includes("node_modules"),
});

/** The places of this tree that a page links to, without their fragments. */
async function linksOf(page: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, page), "utf8");
  return [...text.matchAll(LINK)]
    .map(({ groups }) => groups?.["target"] ?? "")
    .filter((target) => !ELSEWHERE.test(target) && !target.startsWith("#"))
    .map((target) => join(dirname(page), target.replace(/#.*$/, "")));
}

test("every link of a page leads to something", async () => {
  const broken: string[] = [];
  for (const page of pages)
    for (const target of await linksOf(page))
      await access(join(ROOT, target)).catch(() => broken.push(`${page}: ${target}`));
  assert.deepEqual(broken, []);
});

test("the page on the architecture has every folder of the packages", async () => {
  const listed = await linksOf("docs/architecture.md");
  const folders = globSync("packages/{runtime,agents,supervisor,gateway,cli}/src/*/", { cwd: ROOT }).map((path) =>
    path.replaceAll("\\", "/").replace(/\/$/, ""),
  );
  assert.ok(folders.length > 90, String(folders.length));
  assert.deepEqual(
    folders.filter((folder) => !listed.includes(folder)),
    [],
  );
});

test("the table of contents has every page", async () => {
  const listed = new Set(await linksOf("docs/README.md"));
  const own = pages.filter((page) => dirname(page) === "docs" && page !== "docs/README.md");
  assert.ok(own.length > 40);
  assert.deepEqual(
    own.filter((page) => !listed.has(page)),
    [],
  );
});
