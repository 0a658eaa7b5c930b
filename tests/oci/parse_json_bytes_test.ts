import assert from "node:assert/strict";
import { parseJsonBytes } from "../../src/oci/parse_json_bytes.ts";

Deno.test("parseJsonBytes() parses UTF-8 and throws when the bytes are no JSON, or no text", () => {
  assert.deepEqual(parseJsonBytes(new TextEncoder().encode('{"a":["ä"]}')), { a: ["ä"] });
  for (const bytes of [new TextEncoder().encode("{"), new Uint8Array(), Uint8Array.of(0x22, 0xff, 0x22)]) {
    assert.throws(() => parseJsonBytes(bytes), { name: "SyntaxError", message: "it is not JSON" });
  }
});
