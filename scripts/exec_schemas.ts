/** Writes `docs/schemas/exec-v1`, the JSON Schemas of the exec protocol: `deno run -A scripts/exec_schemas.ts`. */
import { protocolJsonSchemas } from "../src/plugins/exec/protocol_json_schemas.ts";

const directory = new URL("../docs/schemas/exec-v1/", import.meta.url);
await Deno.mkdir(directory, { recursive: true });
for (const [name, schema] of Object.entries(protocolJsonSchemas())) {
  await Deno.writeTextFile(new URL(name, directory), `${JSON.stringify(schema, undefined, 2)}\n`);
}
