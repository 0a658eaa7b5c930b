import { jsonSchemaOf } from "../../pipeline/schema.ts";
import type { SchemaFlags } from "../help/commands.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import type { World } from "../world.ts";
import { CONFIG_SCHEMA } from "./config_schema.ts";

/** `gantry schema`: the JSON Schema of a configuration file. */
export async function runSchema({ output = "json" }: SchemaFlags, world: World): Promise<number> {
  world.stdout(await formatOutput(configJsonSchema(), output));
  return EXIT.done;
}

/** The JSON Schema of a configuration file, for editors. The same fields always come in the same order. */
export function configJsonSchema(): object {
  return jsonSchemaOf(CONFIG_SCHEMA);
}
