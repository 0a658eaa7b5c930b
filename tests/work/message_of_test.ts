import assert from "node:assert/strict";
import { messageOf } from "../../src/work/message_of.ts";

Deno.test("messageOf() gives the message of an error, and everything else as text", () => {
  assert.deepEqual([new TypeError("no"), "text", 7, undefined].map(messageOf), ["no", "text", "7", "undefined"]);
});
