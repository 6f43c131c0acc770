/** Bodies that nobody should send: each of them reaches every subject of a system in test/e2e/garbage.test.ts. */
import { type Random, seededRandom } from "@troupe/runtime/internal";

export interface Garbage {
  readonly name: string;
  readonly body: Uint8Array;
}

const text = (name: string, body: string): Garbage => ({ name, body: new TextEncoder().encode(body) });

/** Brackets inside one another. */
export const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** All kinds, reproducible from the seed. */
export function garbageBodies(seed: number): Garbage[] {
  const random: Random = seededRandom(seed);
  return [
    { name: "random bytes", body: random.bytes(512) },
    { name: "bytes that are no UTF-8", body: Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d) },
    { name: "NUL bytes", body: new Uint8Array(64) },
    text("truncated JSON", '{"v":1,"input":{"a":'),
    text("a number", "42"),
    text("a list", '[1,2,{"v":1}]'),
    text("an object of another schema", '{"colour":"blue","nested":{"deep":[null]}}'),
    text("an unknown version", '{"v":99,"node":"node-1","incarnation":"x","task":"0-v1-x","input":1}'),
    text("wrong types", '{"v":"1","id":{},"task":[],"input":null,"role":7,"replicas":"many"}'),
    text("a prototype", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    text("20,000 levels", nested(20_000)),
    text("20,000 levels as an input", `{"input":${nested(20_000)}}`),
    text("almost a megabyte", `{"input":"${"x".repeat(1_000_000)}"}`),
  ];
}
