/** The OpenAPI document as a page: no script, nothing from elsewhere. Pure. */
import { z } from "zod";

const Content = z.record(
  z.string(),
  z.looseObject({ schema: z.unknown().optional(), example: z.unknown().optional() }),
);
const Parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().optional(),
  schema: z.looseObject({ description: z.string().optional() }).optional(),
});
const OperationObject = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z.array(Parameter).default([]),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Content.optional() })),
});
type OperationObject = z.infer<typeof OperationObject>;
const Paths = z.record(z.string(), z.record(z.string(), OperationObject));
const Document = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  paths: Paths,
  "x-endless-streams": Paths.default({}),
});

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
const json = (value: unknown): string => `<pre tabindex="0">${escaped(JSON.stringify(value, null, 2) ?? "")}</pre>`;
const code = (text: string): string => `<code>${escaped(text)}</code>`;
/** A sentence in which backticks mean code. */
const prose = (text: string): string => escaped(text).replace(/`([^`]*)`/g, "<code>$1</code>");

export function docsPage(document: unknown): string {
  const { info, paths, "x-endless-streams": streams } = Document.parse(document);
  const operations = [...Object.entries(paths), ...Object.entries(streams)].flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => article(`${method.toUpperCase()} ${path}`, operation)),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}: HTTP interface</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>${escaped(info.title)}: HTTP interface</h1>
<p>${escaped(info.description)} Version ${escaped(info.version)}. The same as a document for programs:
<a href="/openapi.json">/openapi.json</a>.</p>
${operations.join("\n")}
</main>
</body>
</html>
`;
}

function article(title: string, operation: OperationObject): string {
  return `<article id="${escaped(operation.operationId)}">
<h2>${escaped(title)}</h2>
<p>${prose(operation.summary)}</p>
${operation.description === undefined ? "" : `<p>${prose(operation.description)}</p>`}
${parameters(operation)}${request(operation)}${responses(operation)}
</article>`;
}

function parameters({ parameters: all }: OperationObject): string {
  if (all.length === 0) return "";
  const rows = all.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td>${code(name)}</td><td>${escaped(place)}${required === true ? ", required" : ""}</td><td>${prose(schema?.description ?? "")}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">Parameter</th><th scope="col">Where</th><th scope="col">What</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function request({ requestBody }: OperationObject): string {
  if (!requestBody) return "";
  return Object.entries(requestBody.content)
    .map(([type, { schema, example }]) => {
      const shown = example === undefined ? "" : `<p>Request, ${code(type)}:</p>${json(example)}`;
      return `${shown}<details><summary>Schema of the request</summary>${json(schema)}</details>`;
    })
    .join("");
}

function responses({ responses: all }: OperationObject): string {
  const entries = Object.entries(all).map(([status, { description, content = {} }]) => {
    const types = Object.keys(content).map(code).join(", ");
    const details = Object.values(content)
      .map(({ schema, example }) => `${example === undefined ? "" : json(example)}${json(schema)}`)
      .join("");
    const isError = Number(status) >= 400;
    const form = isError || details === "" ? "" : `<details><summary>Form of the answer</summary>${details}</details>`;
    return `<li><strong>${escaped(status)}</strong> ${types} <span class="soft">${prose(description)}</span>${form}</li>`;
  });
  return `<p>Answers:</p><ul>${entries.join("")}</ul>`;
}
