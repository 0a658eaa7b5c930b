import { z } from "../../pipeline/schema.ts";
import { CONFIG_SCHEMA } from "./config_schema.ts";

/** The JSON Schema of a configuration file, for editors. The same fields always come in the same order. */
export function configJsonSchema(): object {
  // Draft 7 is what editors support in full, for JSON and for YAML.
  return z.toJSONSchema(CONFIG_SCHEMA, { io: "input", target: "draft-7" });
}
