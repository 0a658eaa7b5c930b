import { jsonSchemaOf } from "../../pipeline/schema.ts";
import { CONFIG_SCHEMA } from "./config_schema.ts";

/** The JSON Schema of a configuration file, for editors. The same fields always come in the same order. */
export function configJsonSchema(): object {
  return jsonSchemaOf(CONFIG_SCHEMA);
}
