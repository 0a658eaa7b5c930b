import { join } from "node:path";
import { writeTree } from "./tree.ts";

/** Writes a source, and a configuration with one plugin after `filter`, whose `run` says `at work` and goes on so. */
export async function writeStep(path: string, run: string): Promise<readonly string[]> {
  await writeTree(path, {
    "source/a.yaml": "a: 1\n",
    "plugin.mjs": `export default (kit) => kit.plugin({
      name: "acme:step", version: "1.0.0", apiVersion: 1, stage: "after:filter", options: kit.z.strictObject({}),
      async run(_input, _options, context) { context.log.info("at work"); ${run} },
    });`,
    "gantry.json": JSON.stringify({
      source: "./source",
      pipeline: { custom: [{ after: "filter", use: "./plugin.mjs" }] },
    }),
  });
  return ["push", `oci-layout:${join(path, "out")}:x`, "--config", join(path, "gantry.json")];
}
