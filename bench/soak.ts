/** `npm run soak`: an hour (or `--minutes N`) at seven tenths of the rate, with four busy loops for each core: 0 nodes may be declared dead. */
import { parseArgs } from "node:util";
import { soak } from "../test/support/soak.ts";

const USAGE = `npm run soak -- [--minutes N] [--json]

Three nodes, four busy-loop processes for each core, seven tenths of the rate that is reached beside them.
Ends with 1 when a node was declared dead: none was.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
  const minutes = Number(values.minutes);
  if (values.help === true || !(minutes > 0)) {
    console.log(USAGE);
    return values.help === true ? 0 : 2;
  }
  const report = await soak(minutes, (line) => void process.stderr.write(`${line}\n`));
  if (values.json) console.log(JSON.stringify(report, undefined, 2));
  else {
    const { busyLoops, measuredRate, keptRate, submitted, ended, repeated, heldBack, events } = report;
    console.log(`minutes            ${minutes}`);
    console.log(`busy loops         ${busyLoops}`);
    console.log(`tasks/s            ${keptRate.toFixed(1)} of ${measuredRate.toFixed(1)}`);
    console.log(
      `tasks              ${ended} of ${submitted} ended, ${repeated} submissions repeated, ${heldBack} held back`,
    );
    console.log(`nodes declared dead ${events["node.dead"]}, suspected ${events["node.suspect"]} times`);
  }
  return report.events["node.dead"] === 0 && report.ended === report.submitted ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
