import type { Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { maskSecrets, maskValue } from "./mask.ts";

/** The span as it may leave the process: secrets in attributes, events, links and the status are masked. The span itself stays as it is. */
export function maskedSpan(span: ReadableSpan): ReadableSpan {
  const { status, parentSpanContext } = span;
  const { message } = status;
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(parentSpanContext && { parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: message === undefined ? status : { ...status, message: maskSecrets(message) },
    attributes: maskedAttributes(span.attributes),
    links: span.links.map((link) => ({ ...link, attributes: maskedAttributes(link.attributes ?? {}) })),
    events: span.events.map((event) => ({ ...event, attributes: maskedAttributes(event.attributes ?? {}) })),
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** The same object where nothing had to be masked, which is nearly always. */
function maskedAttributes(attributes: Attributes): Attributes {
  let masked = attributes;
  for (const [key, value] of Object.entries(attributes)) {
    const shown = maskValue(value);
    if (Object.is(shown, value)) continue;
    if (masked === attributes) masked = { ...attributes };
    masked[key] = shown;
  }
  return masked;
}
