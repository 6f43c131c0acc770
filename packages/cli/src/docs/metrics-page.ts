import { METRICS } from "@troupe/runtime/internal";
import { markdownTable } from "./markdown-table.ts";

/** `docs/metrics.md`: every figure that Prometheus may read, and how it gets there. */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { type, help, ...rest }]) => {
    const labels: readonly string[] = "labels" in rest ? rest.labels : [];
    return [`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(", "), help];
  });
  return [
    "# Metrics",
    "",
    "Generated from `packages/runtime/src/telemetry/metrics.ts` by `npm run docs`; do not edit.",
    "",
    "Every gateway serves `GET /metrics` in Prometheus' text format: its own figures, and the cluster's as the leading supervisor tells them",
    "(read at most once a second, however many scrape). Where callers sign in, the scraper needs the permission `metrics:read`; the access role",
    "`viewer` has it. With several gateways each tells the same of the cluster: take the maximum, not the sum.",
    "",
    "```yaml",
    "scrape_configs:",
    "  - job_name: troupe",
    '    static_configs: [{ targets: ["127.0.0.1:8080"] }]',
    "    authorization: { credentials_file: troupe-viewer.key }",
    "```",
    "",
    ...markdownTable(["metric", "type", "labels", "meaning"], rows),
    "",
  ].join("\n");
}
