/** A collector for tests: takes OTLP over HTTP as JSON, and answers questions about the traces that it got. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { until } from "./stack.ts";

const Value = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
});
const Attributes = z.array(z.object({ key: z.string(), value: Value })).default([]);
const Request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({
              traceId: z.string().length(32),
              spanId: z.string().length(16),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.int(),
              attributes: Attributes,
              links: z.array(z.object({ traceId: z.string(), spanId: z.string(), attributes: Attributes })).default([]),
              status: z.object({ code: z.int().optional(), message: z.string().optional() }).default({}),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly service: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly spanId: string; readonly kind: unknown }[];
  readonly hasFailed: boolean;
}

export class OtlpReceiver implements AsyncDisposable {
  readonly #server: Server;
  readonly #spans: ReceivedSpan[] = [];
  /** Everything that came, as text: for looking whether a secret is in it. */
  readonly bodies: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  readonly problems: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request).then(
        () => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
        (error: unknown) => {
          this.problems.push(String(error));
          response.writeHead(400).end();
        },
      );
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace so far. */
  spansOf(traceId: string): readonly ReceivedSpan[] {
    return this.#spans.filter((span) => span.traceId === traceId);
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#spans;
  }

  /** Waits until the trace's spans are as they should be; returns them. */
  async trace(traceId: string, isWhole: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]> {
    await until(`the spans of ${traceId}`, 20_000, () => {
      const spans = this.spansOf(traceId);
      if (isWhole(spans)) return Promise.resolve(true);
      throw new Error(`${spans.map(({ name }) => name).join(", ")}; ${this.problems.join("; ")}`);
    });
    return this.spansOf(traceId);
  }

  async #take(
    request: AsyncIterable<unknown> & { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
  ) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(z.instanceof(Uint8Array).parse(chunk)));
    const text = Buffer.concat(chunks).toString();
    if (request.url !== "/v1/traces") throw new Error(`unexpected ${request.url}`);
    this.bodies.push(text);
    this.headers.push(request.headers);
    for (const { resource, scopeSpans } of Request.parse(JSON.parse(text)).resourceSpans) {
      const service = valuesOf(resource.attributes)["service.name"];
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { traceId, spanId, parentSpanId, name, status } = span;
        const links = span.links.map((link) => ({
          spanId: link.spanId,
          kind: valuesOf(link.attributes)["troupe.link"],
        }));
        const parent = parentSpanId === "" ? undefined : parentSpanId;
        const attributes = valuesOf(span.attributes);
        this.#spans.push({ traceId, spanId, parent, name, service, attributes, links, hasFailed: status.code === 2 });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

const valuesOf = (attributes: z.infer<typeof Attributes>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.doubleValue ??
        value.boolValue ??
        (value.intValue === undefined ? value : Number(value.intValue)),
    ]),
  );
