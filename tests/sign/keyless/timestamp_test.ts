import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { timestampRequest } from "../../../src/sign/keyless/timestamp.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

toolTest("timestampRequest() writes what openssl reads as a request for these bytes", ["openssl"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "query.tsq");
  const signature = new TextEncoder().encode("a signature");
  await Deno.writeFile(path, timestampRequest(signature));
  const said = await tool("openssl", ["ts", "-query", "-in", path, "-text"]);
  assert.match(said, /^Version: 1$/m);
  assert.match(said, /^Hash Algorithm: sha256$/m);
  assert.match(said, /^Nonce: unspecified$/m);
  assert.match(said, /^Certificate required: yes$/m);
  const hex = [...said.matchAll(/^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){16})/gm)].map(([, row = ""]) => row).join("");
  assert.equal(hex.replaceAll(/[ -]/g, ""), createHash("sha256").update(signature).digest("hex"));
});
