/**
 * Runs the program, and writes into the current directory which modules have run, and what V8 has compiled of scripts.
 */
import { loadProgram, openScript } from "./load_program.ts";

const { scripts, loaded, run } = loadProgram(() => undefined);
addEventListener("unload", () => {
  Deno.writeTextFileSync("loaded.json", JSON.stringify([...loaded.keys()]));
  for (const [name, script] of scripts) {
    const code = script.createCachedData();
    if (openScript(name, code).cachedDataRejected) throw new Error("V8 does not take back what it has compiled");
    Deno.writeFileSync(`${name}.cache`, code);
  }
});
run("./main.js");
