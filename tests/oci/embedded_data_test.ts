import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { embeddedData } from "../../src/oci/embedded_data.ts";

const BYTES = new Uint8Array([0, 250, 255, 62, 63]);
const { descriptor } = bytesContent("x/y", BYTES);

Deno.test("embeddedData() gives what a descriptor carries, and nothing when it carries nothing", () => {
  assert.deepEqual(embeddedData({ ...descriptor, data: "APr/Pj8=" }), BYTES);
  assert.equal(embeddedData(descriptor), undefined);
  assert.deepEqual(embeddedData({ digest: digestOf(new Uint8Array()), size: 0, data: "" }), new Uint8Array());
  assert.deepEqual(embeddedData({ digest: digestOf(BYTES, "sha512"), size: 5, data: "APr/Pj8=" }), BYTES);
});

Deno.test("embeddedData() refuses other content and what is no Base64", () => {
  for (const data of ["APr/Pj4=", "APr/Pj8A", ""]) {
    assert.throws(
      () => embeddedData({ ...descriptor, data }),
      new SyntaxError(`the data of ${descriptor.digest} are something else`),
    );
  }
  for (const data of ["APr/Pj8", "APr_Pj8=", " APr/Pj8=", "APr/Pj8=\n", "===="]) {
    assert.throws(
      () => embeddedData({ ...descriptor, data }),
      new SyntaxError(`the data of ${descriptor.digest} are not Base64`),
    );
  }
});
