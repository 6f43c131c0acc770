/** Pages for people: the dashboard's files, and the document of the HTTP interface in a readable form. */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { docsPage } from "./docs-page.ts";
import { DOCS_STYLE } from "./docs-style.ts";

/** A file of the dashboard. */
export interface StaticFile {
  /** Its name, without a folder; `index.html` is the page itself. */
  readonly name: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/** Nothing from elsewhere, nothing inline, nobody frames it, and no text becomes markup. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const PUBLIC = { config: { permission: "public" } } as const;

/** Without files there is no dashboard; `/docs` is always there. Pages are public, what they ask for is not. */
export function registerPageRoutes(app: FastifyInstance, document: unknown, files: readonly StaticFile[]): void {
  const docs = Buffer.from(docsPage(document));
  serve(app, "/docs", { name: "docs", type: "text/html; charset=utf-8", body: docs });
  serve(app, "/docs/style.css", { name: "style", type: "text/css; charset=utf-8", body: Buffer.from(DOCS_STYLE) });
  for (const file of files) {
    serve(app, `/dashboard/${file.name}`, file);
    if (file.name !== "index.html") continue;
    serve(app, "/dashboard", file);
    app.get("/", PUBLIC, (_request, reply) => reply.redirect("/dashboard", 302));
  }
}

function serve(app: FastifyInstance, url: string, { type, body }: StaticFile): void {
  const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  app.get(url, PUBLIC, (request, reply) => {
    reply.headers({
      etag: tag,
      "cache-control": "no-cache",
      "content-security-policy": PAGE_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply.type(type).send(body);
  });
}
