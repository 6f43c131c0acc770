/**
 * The process in which programs of models run: one program, then it ends. The program runs inside QuickJS, compiled to WebAssembly: what the
 * language itself has is there, and nothing of Node, the machine or the network. It imports no other file of the project: the
 * process may read nothing but this file and the interpreter.
 */
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle } from "quickjs-emscripten-core";

interface Program {
  readonly code: string;
  readonly input: unknown;
  readonly memoryBytes: number;
  readonly timeMs: number;
  readonly maxOutputLength: number;
}

/** The interpreter's own stack: more of it than this, and too deep a recursion would end the process. */
const STACK_BYTES = 256 * 1024;

let stdin = "";
for await (const chunk of process.stdin) stdin += String(chunk);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the parent, which has the schema
const program = JSON.parse(stdin) as Program;
const quickJs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
const runtime = quickJs.newRuntime();
runtime.setMemoryLimit(program.memoryBytes);
runtime.setMaxStackSize(STACK_BYTES);
const endsAtMs = Date.now() + program.timeMs;
let isOverTime = false;
runtime.setInterruptHandler(() => (isOverTime ||= Date.now() > endsAtMs));
process.stdout.write(JSON.stringify(run(runtime.newContext())), () => process.exit(0));

function run(context: QuickJSContext): object {
  let output = "";
  const print = context.newFunction("log", (...values: QuickJSHandle[]) => {
    const line = values.map((value) => textOf(context, value)).join(" ");
    if (output.length < program.maxOutputLength) output = `${output}${line}\n`.slice(0, program.maxOutputLength);
  });
  const logger = context.newObject();
  for (const name of ["log", "info", "warn", "error", "debug"]) context.setProp(logger, name, print);
  context.setProp(context.global, "console", logger);
  const parse = context.getProp(context.getProp(context.global, "JSON"), "parse");
  const given = context.newString(JSON.stringify(program.input));
  context.setProp(context.global, "input", context.unwrapResult(context.callFunction(parse, context.undefined, given)));
  const ended = evaluate(context);
  return { output, ...ended };
}

function evaluate(context: QuickJSContext): { readonly result: string } | { readonly error: string } {
  const evaluated = context.evalCode(program.code, "program.js");
  if (evaluated.error) return { error: errorOf(context, evaluated.error) };
  const jobs = context.runtime.executePendingJobs();
  if (jobs.error) return { error: errorOf(context, jobs.error) };
  const state = context.getPromiseState(evaluated.value);
  if (state.type === "fulfilled") return { result: textOf(context, state.value) };
  return {
    error: state.type === "rejected" ? errorOf(context, state.error) : "it waits for something that never comes",
  };
}

function errorOf(context: QuickJSContext, error: QuickJSHandle): string {
  if (isOverTime) return `it did not end within ${program.timeMs} ms`;
  const dumped: unknown = context.dump(error);
  if (typeof dumped !== "object" || dumped === null) return String(dumped).slice(0, 2_000);
  const { name = "Error", message = "" } = Object.fromEntries(Object.entries(dumped));
  return `${String(name)}: ${String(message)}`.slice(0, 2_000);
}

function textOf(context: QuickJSContext, value: QuickJSHandle): string {
  const kind = context.typeof(value);
  if (kind === "string") return context.getString(value).slice(0, program.maxOutputLength);
  if (kind === "undefined" || kind === "function" || kind === "symbol") return kind;
  const stringify = context.getProp(context.getProp(context.global, "JSON"), "stringify");
  const json = context.callFunction(stringify, context.undefined, value);
  if (json.error) return errorOf(context, json.error);
  if (context.typeof(json.value) !== "string") return "undefined";
  return context.getString(json.value).slice(0, program.maxOutputLength);
}
