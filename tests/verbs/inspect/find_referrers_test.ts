import assert from "node:assert/strict";
import { findReferrers } from "../../../src/verbs/inspect/find_referrers.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import type { StoreReader } from "../../../src/store/store.ts";
import { testContext } from "../../registry/support.ts";
import { memoryStore } from "../../support/memory_store.ts";

function descriptorOf(text: string, annotation = ""): Descriptor {
  const digest = digestOf(new TextEncoder().encode(text));
  return { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest, size: 100, annotations: { text: annotation } };
}

/** A store in which each manifest has one referrer that nobody has seen yet. */
function endless(annotation: string): StoreReader {
  return { ...memoryStore(), referrers: (subject) => Promise.resolve([descriptorOf(subject, annotation)]) };
}

const CASES: readonly (readonly [annotation: string, message: RegExp])[] = [
  ["x".repeat(1024 * 1024), /: it is more than 67108864 characters$/],
  ["", /: more than 100 refer to each other in a row$/],
];

for (const [annotation, message] of CASES) {
  Deno.test(`findReferrers() ends where each referrer says ${annotation.length} characters and has one of its own`, async () => {
    const session = { context: testContext(), concurrency: 4 };
    await assert.rejects(findReferrers(endless(annotation), [descriptorOf("first")], session), {
      name: "RangeError",
      message,
    });
  });
}
