import { METRICS } from "@troupe/runtime/internal";
import { markdownTable } from "./markdown-table.ts";

/** `docs/metrics.md`: every figure that Prometheus may read, and how it gets there. */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { type, from, help, ...rest }]) => {
    const labels: readonly string[] = "labels" in rest ? rest.labels : [];
    return [`\`${name}\``, type, from, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  return [
    "# Metrics",
    "",
    "Generated from `packages/runtime/src/telemetry/metric-names.ts` by `npm run docs`; do not edit.",
    "",
    "Every gateway serves `GET /metrics` in Prometheus' text format: its own figures, and the cluster's as the leading supervisor tells them",
    "(read at most once a second, however many scrape). Where callers sign in, the scraper needs the permission `metrics:read`; the access role",
    "`viewer` has it. Nodes and supervisors serve `GET /metrics` where they are told to, without sign-in, so on a private address:",
    "",
    "```sh",
    "troupe node --metrics 127.0.0.1:9464",
    "troupe supervisor --metrics 127.0.0.1:9465",
    "```",
    "",
    "(or `TROUPE_METRICS` in the environment; port 0 takes any free one, which the log names). A node tells the figures of its hosts too, at most",
    "two seconds old. Several gateways tell the same of the cluster: take the maximum, not the sum; what nodes tell is each node's own: sum it.",
    "",
    "```yaml",
    "scrape_configs:",
    "  - job_name: troupe-gateway",
    '    static_configs: [{ targets: ["127.0.0.1:8080"] }]',
    "    authorization: { credentials_file: troupe-viewer.key }",
    "  - job_name: troupe",
    '    static_configs: [{ targets: ["127.0.0.1:9464", "127.0.0.1:9465"] }]',
    "```",
    "",
    "The figures of models have the names and labels of OpenTelemetry's GenAI conventions: `gen_ai_client_token_usage_sum` counts tokens.",
    "",
    ...markdownTable(["metric", "type", "from", "labels", "meaning"], rows),
    "",
  ].join("\n");
}
