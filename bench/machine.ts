import { cpus, loadavg } from "node:os";

/** What figures were measured on, and when. `load` is the load average of the last minute, the measurement's own included. */
export function machine() {
  const [load = 0] = loadavg();
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: cpus().length,
    model: cpus()[0]?.model ?? "",
    node: process.version,
    load: Math.round(load * 10) / 10,
  };
}
