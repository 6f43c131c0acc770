import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import { readYamlSystem } from "../loader.ts";
import { scripted } from "../testing/test-models.ts";
import { Bm25Index } from "./bm25.ts";
import { fileIndex } from "./file-index.ts";
import { retrieval } from "./retrieval.ts";
import type { Retriever } from "./retriever.ts";
import { retrieverTool } from "./retriever-tool.ts";
import { splitText } from "./split-text.ts";
import { wordsOf } from "./words.ts";

const signal = new AbortController().signal;

test("words are folded so that question and text meet", () => {
  const table: readonly (readonly [text: string, words: readonly string[]])[] = [
    ["The QUEUES, a queue's policies!", ["the", "queue", "a", "queue", "s", "policy"]],
    ["Straße naïve ﬁle", ["straße", "naïve", "file"]],
    ["class bus is 42", ["class", "bus", "is", "42"]],
    ["全文検索 ok", ["全文", "文検", "検索", "ok"]],
    ["", []],
    ["— … !", []],
  ];
  for (const [text, words] of table) assert.deepEqual(wordsOf(text), words, text);
});

test("rare words count more than common ones, short texts more than long ones, and a word said twice more than once", () => {
  const index = new Bm25Index([
    "the lease of the leader",
    "the queue and the stream and the log and the store and the lease",
    "the leader and the leader",
    "nothing of it",
  ]);
  assert.deepEqual(
    index.search("leases", 9).map(({ document }) => document),
    [0, 1],
  );
  assert.deepEqual(
    index.search("the leader", 9).map(({ document }) => document),
    [2, 0, 1],
  );
  assert.deepEqual(
    index.search("queue lease", 1).map(({ document }) => document),
    [1],
  );
  assert.deepEqual(index.search("unheard", 9), []);
  assert.deepEqual(new Bm25Index([]).search("x", 3), []);
});

test("every document that has a word of the question is found, and no other, in the order of the scores", () => {
  const word = fc.constantFrom("ant", "bee", "cat", "dog", "elk");
  const texts = fc.array(
    fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(texts, fc.array(word, { minLength: 1, maxLength: 3 }), (documents, query) => {
      const hits = new Bm25Index(documents).search(query.join(" "), 100);
      const expected = documents.flatMap((text, at) =>
        query.some((one) => text.split(" ").includes(one)) ? [at] : [],
      );
      assert.deepEqual(
        hits.map(({ document }) => document).toSorted((a, b) => a - b),
        expected,
      );
      assert.ok(hits.every(({ score }, at) => score > 0 && score <= (hits[at - 1]?.score ?? Number.POSITIVE_INFINITY)));
    }),
  );
});

const letters = (text: string) => text.replaceAll(/\s/g, "");

test("a text is split at headings and paragraphs, and pieces are never too long", () => {
  const text = "# One\n\nfirst part\n\nsecond part\n\n## Two\nthird part\n";
  assert.deepEqual(splitText(text, 100), [
    { heading: "One", text: "# One\n\nfirst part\n\nsecond part" },
    { heading: "Two", text: "## Two\nthird part" },
  ]);
  assert.deepEqual(splitText("  \n\n ", 10), []);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "#"), maxLength: 400 }), (any) => {
      const pieces = splitText(any, 40);
      assert.ok(pieces.every((piece) => piece.text.length > 0 && piece.text.length <= 40));
      assert.equal(letters(pieces.map((piece) => piece.text).join("")), letters(any), "nothing is lost");
    }),
  );
});

async function folder(t: { after(fn: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "troupe-index-"));
  t.after(() => rm(path, { recursive: true }));
  await mkdir(join(path, "guide"));
  await writeFile(
    join(path, "guide", "leases.md"),
    "# Leases\n\nA leader renews its lease.\n\n# Clocks\n\nClocks drift.\n",
  );
  await writeFile(join(path, "queues.txt"), "A queue keeps messages until they are acked.");
  await writeFile(join(path, "picture.png"), "a lease of bytes");
  await mkdir(join(path, ".git"));
  await writeFile(join(path, ".git", "leases.md"), "a lease in a hidden folder");
  return path;
}

test("files of a folder are found by their words, with file and heading; other kinds, hidden ones and links are not read", async (t) => {
  const path = await folder(t);
  await symlink("/etc/passwd", join(path, "lease.md"));
  const index = fileIndex({ folder: path });
  const found = await index.retrieve("who has a lease?", { limit: 5, signal });
  assert.deepEqual(
    found.map(({ source }) => source),
    ["guide/leases.md, Leases", "guide/leases.md, Clocks", "queues.txt"],
  );
  assert.match(found[0]?.text ?? "", /A leader renews its lease/);
  assert.equal((await index.retrieve("lease", { limit: 1, signal })).length, 1);
});

test("what was added or changed is found by the next question", async (t) => {
  const path = await folder(t);
  const index = fileIndex({ folder: path });
  assert.deepEqual(await index.retrieve("octopus", { limit: 5, signal }), []);
  await writeFile(join(path, "new.md"), "An octopus has three hearts.");
  assert.equal((await index.retrieve("octopus", { limit: 5, signal }))[0]?.source, "new.md");
});

test("a folder that is not there is an error that says so", async () => {
  await assert.rejects(
    fileIndex({ folder: "/no/such/folder" }).retrieve("x", { limit: 1, signal }),
    (thrown) => TroupeError.is(thrown, "unavailable") && /no\/such\/folder/.test(thrown.message),
  );
});

const finding = (...texts: readonly string[]): Retriever & { readonly queries: string[] } => {
  const queries: string[] = [];
  return {
    queries,
    retrieve: async (query, { limit }) => {
      queries.push(query);
      return texts.slice(0, limit).map((text, at) => ({ text, source: `file ${at + 1}`, score: 1 }));
    },
  };
};

test("a retrieval role answers from the passages that fit its message; what was found is a step", async () => {
  const retriever = finding("A leader renews its lease.", "Clocks drift.", "too many");
  const { calls, open } = scripted({ content: "by its lease [1]" });
  const options = { model: "fast", instructions: "x", retriever, passages: 2, gives: ["files"], to: "client" } as const;
  const ctx = createFakeContext({ role: "librarian" });
  const outcome = await retrieval(options, open).create().receive({ input: "Who leads?", note: "be brief" }, ctx);
  assert.deepEqual(outcome, { outcome: "complete", body: "by its lease [1]" });
  assert.deepEqual(retriever.queries, ["Who leads?\nbe brief"]);
  const prompt = JSON.stringify(calls[0]?.messages);
  assert.match(prompt, /## sources.*\[1\] file 1.*A leader renews its lease.*\[2\] file 2/s);
  assert.ok(!prompt.includes("too many"));
  assert.deepEqual(ctx.taint, ["files"]);
  assert.deepEqual(
    ctx.steps.map(({ name }) => name),
    ["retrieve", "model:fast"],
  );
});

test("after a crash it answers from the recorded passages, whatever is found by now", async () => {
  const retriever = finding("something new");
  const { calls, open } = scripted({ content: "x" });
  const journal = [{ name: "retrieve", value: [{ text: "what was found then", source: "old" }] }];
  const ctx = createFakeContext({ journal });
  await retrieval({ model: "fast", instructions: "x", retriever, to: "client" }, open).create().receive("q", ctx);
  assert.deepEqual(retriever.queries, []);
  assert.match(JSON.stringify(calls[0]?.messages), /what was found then/);
});

test("where nothing is found the model is told so; an escalation stays one", async () => {
  const { calls, open } = scripted({ content: "x" });
  const role = retrieval({ model: "fast", instructions: "x", retriever: finding(), to: "client" }, open);
  await role.create().receive({ reason: "too hard", role: "router", message: { input: "q" } }, createFakeContext());
  const prompt = JSON.stringify(calls[0]?.messages);
  assert.match(prompt, /Nothing was found/);
  assert.match(prompt, /the router could not go on: too hard/);
});

test("the tool gives a model passages with their sources, and says when there are none", async () => {
  const scope = { idempotencyKey: "k", signal, taint: [], ask: async () => null };
  const tool = retrieverTool({ retriever: finding("one", "two"), description: "notes", passages: 1 });
  assert.deepEqual([tool.name, tool.rules.permission], ["search", "READ"]);
  assert.deepEqual(await tool.run({ query: "x" }, scope), [{ source: "file 1", text: "one" }]);
  const empty = retrieverTool({ retriever: finding(), description: "notes" });
  assert.equal(await empty.run({ query: "x" }, scope), "Nothing was found.");
  assert.equal(tool.parse({ query: "" }).ok, false);
});

test("a retrieval role over the files of a folder can be written in YAML", async (t) => {
  const path = await folder(t);
  const { calls, open } = scripted({ content: "by its lease" });
  const file = `name: desk
graph: { client: [librarian], librarian: [client] }
roles:
  librarian: { pattern: retrieval, folder: ${JSON.stringify(path)}, passages: 1, model: fast, instructions: Answer., to: client }
`;
  const loaded = readYamlSystem(file, open);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const role = loaded.definition.roles["librarian"];
  assert.ok(role);
  assert.equal(role.about["passages"], 1);
  await role.create().receive("Who renews a lease?", createFakeContext());
  assert.match(JSON.stringify(calls[0]?.messages), /guide\/leases\.md, Leases/);
  const wrong = readYamlSystem(file.replace("passages: 1", "passages: 0"), open);
  assert.ok(!wrong.ok && wrong.problems.some((problem) => problem.path === "roles.librarian.passages"));
});
