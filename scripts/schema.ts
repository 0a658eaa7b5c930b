/** Writes `gantry.schema.json`, the JSON Schema of the configuration file: `deno run -A scripts/schema.ts`. */
import { configJsonSchema } from "../src/cli/config/json_schema.ts";

const text = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
await Deno.writeTextFile(new URL("../gantry.schema.json", import.meta.url), text);
