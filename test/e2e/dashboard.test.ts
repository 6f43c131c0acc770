/** The page in a real browser, on the reference system with the offline model. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { browserMissing, launchBrowser } from "../support/browser.ts";
import { TroupeProcess } from "../support/troupe-cli.ts";

const HOSTILE = `</pre></script><script>window.hacked = 1</script><img src="x" onerror="window.hacked = 2">"'&lt;\u202e`;
const LIMIT_MS = 120_000;

let folder: string;
let troupe: TroupeProcess;
let http: string;
let browser: Browser;

async function submit(input: string): Promise<string> {
  const body = JSON.stringify({ role: "router", input, metadata: { note: HOSTILE }, session: HOSTILE.slice(0, 200) });
  const answer = await fetch(`${http}/api/v1/tasks`, { method: "POST", body });
  return ((await answer.json()) as { task_id: string }).task_id;
}

interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong on it: errors, what its policy forbade, requests to elsewhere. */
  readonly complaints: string[];
}

async function open(path: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1_000, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${http}/`)) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(`${http}${path}`);
  return { context, page, complaints };
}

/** What axe finds, by its rules. */
async function flaws(axe: AxeBuilder): Promise<readonly string[]> {
  const { violations } = await axe.analyze();
  return violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(" ")}`);
}

describe("dashboard", { skip: browserMissing, timeout: 900_000 }, () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "troupe-page-"));
    troupe = new TroupeProcess(["start", "--memory"], folder);
    [, http = ""] = await troupe.shows(/Running\. HTTP (\S+)/, LIMIT_MS);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    await troupe.killAll();
    await rm(folder, { recursive: true, force: true });
  });

  it("shows the cluster, the graph with its traffic and the tasks, and asks nobody else", async () => {
    const id = await submit("Explain what a queue is");
    const { context, page, complaints } = await open("/");
    await page.getByText("2 of 2").waitFor();
    await page.getByRole("link", { name: id }).waitFor();
    // The task's own message, on the edge that it took.
    await page.locator(".edge.busy text").first().waitFor();
    await page.getByText("Edges as a table").click();
    const row = page.getByRole("row", { name: /^client router [1-9]/ });
    await row.waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("shows a task as it goes on: model calls, path and result, without a reload", async () => {
    const id = await submit("Write a function that adds two numbers");
    const { context, page, complaints } = await open(`/dashboard#/tasks/${id}`);
    await page.locator(".timeline .end").waitFor();
    assert.ok((await page.locator(".timeline .model").count()) >= 2);
    await page.getByRole("heading", { name: "Result" }).waitFor();
    const times = await page.locator(".timeline > li").count();
    const log = (await (await fetch(`${http}/api/v1/tasks/${id}/log`)).json()) as { records: unknown[] };
    assert.equal(times, log.records.length);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it("whatever a task says stays text", async () => {
    const id = await submit(HOSTILE);
    const { context, page, complaints } = await open(`/dashboard#/tasks/${id}`);
    await page.locator(".timeline .end").waitFor();
    for (const summary of await page.locator(".timeline summary").all()) await summary.click();
    assert.ok((await page.locator("main pre").allTextContents()).some((text) => text.includes(HOSTILE)));
    await page.goto(`${http}/dashboard`);
    await page.getByRole("link", { name: id }).waitFor();
    assert.ok((await page.locator("main").innerText()).includes(HOSTILE.slice(0, 60)));
    for (const hash of ["#/tasks/%zz", `#/tasks/${encodeURIComponent(HOSTILE)}`, "#/tasks/../../../livez"]) {
      await page.goto(`${http}/dashboard${hash}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
    }
    assert.equal(await page.locator("main script, main img, main iframe").count(), 0);
    assert.equal(await page.evaluate(() => "hacked" in globalThis), false);
    // What such an address asks for is refused; nothing else goes wrong.
    assert.deepEqual(
      complaints.filter(
        (complaint) => !complaint.includes("400 (Bad Request)") && !complaint.includes("404 (Not Found)"),
      ),
      [],
    );
    await context.close();
  });

  it("has no flaw that axe finds, light and dark, and needs no scrolling sideways on a small screen", async () => {
    const id = await submit("Explain what a queue is");
    const pages = [
      ["/dashboard", ".edge"],
      [`/dashboard#/tasks/${id}`, ".timeline .end"],
      ["/docs", "article"],
    ] as const;
    for (const [path, shown] of pages) {
      const { context, page } = await open(path);
      // A straight edge without a number has no height, and so does not count as visible.
      await page.locator(shown).first().waitFor({ state: "attached" });
      assert.deepEqual(await flaws(new AxeBuilder({ page })), [], path);
      // Only colours are others in the dark.
      await page.emulateMedia({ colorScheme: "dark" });
      assert.deepEqual(await flaws(new AxeBuilder({ page }).withRules("color-contrast")), [], `${path} dark`);
      await page.setViewportSize({ width: 320, height: 800 });
      const width: unknown = await page.evaluate("document.documentElement.scrollWidth");
      assert.equal(width, 320, path);
      await context.close();
    }
  });

  it("works with the keyboard alone, and keeps the place while it refreshes", async () => {
    const id = await submit("Explain what a queue is");
    const { context, page } = await open("/dashboard");
    const link = page.getByRole("link", { name: id });
    await link.waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.locator(":focus").textContent(), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(":focus").getAttribute("id"), "main");
    // An alert that goes takes the focus with it; then nothing has it until the next key.
    const place = async () => {
      const focused = page.locator(":focus");
      return (await focused.count()) === 0 ? null : focused.getAttribute("data-key");
    };
    for (let presses = 0; presses < 30 && (await place()) !== id; presses++) await page.keyboard.press("Tab");
    await page.waitForResponse(/\/api\/v1\/graph/);
    await page.waitForResponse(/\/api\/v1\/graph/);
    assert.equal(await place(), id);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `Task ${id}` }).waitFor();
    await context.close();
  });

  it("says when nobody answers, goes on by itself, and asks for a token where one is needed", async () => {
    const { context, page } = await open("/dashboard");
    await page.getByText("live", { exact: true }).waitFor();
    await page.route("**/api/**", (route) => route.abort());
    await page.getByText(/^no answer/).waitFor();
    await page.unroute("**/api/**");
    await page.getByText("live", { exact: true }).waitFor();
    await page.route("**/api/**", (route) =>
      route.request().headers()["authorization"] === "Bearer secret"
        ? route.continue()
        : route.fulfill({ status: 401 }),
    );
    const token = page.getByLabel(/asks for a token/);
    await token.fill("secret");
    await token.press("Enter");
    await page.getByText("live", { exact: true }).waitFor();
    assert.equal(await token.isVisible(), false);
    await context.close();
  });

  it("is served with a policy that allows nothing from elsewhere, and is not sent twice", async () => {
    const page = await fetch(`${http}/dashboard`);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    const again = await fetch(`${http}/dashboard`, { headers: { "If-None-Match": page.headers.get("etag") ?? "" } });
    assert.equal(again.status, 304);
    assert.equal((await fetch(`${http}/dashboard/..%2f..%2fpackage.json`)).status, 404);
    assert.equal((await fetch(`${http}/dashboard/nothing.js`)).status, 404);
  });
});
