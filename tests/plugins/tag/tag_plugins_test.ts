import assert from "node:assert/strict";
import type { Digest } from "../../../src/oci/digest.ts";
import type { Factory, StageIO } from "../../../src/pipeline/plugin.ts";
import { latest } from "../../../src/plugins/tag/latest.ts";
import { staticTags } from "../../../src/plugins/tag/static.ts";
import { version } from "../../../src/plugins/tag/version.ts";
import { runBuiltIn } from "../../support/prepared.ts";
import { fakeContext } from "../../pipeline/fakes.ts";

const DIGEST: Digest = `sha256:${"0".repeat(64)}`;

async function tagsOf<O>(
  factory: Factory<"tag", O>,
  options: Partial<O> = {},
  annotations: StageIO["tag"]["in"]["annotations"] = {},
): Promise<StageIO["tag"]["out"] | string> {
  const context = fakeContext();
  const given = await runBuiltIn(factory, { options, input: { digest: DIGEST, annotations }, context });
  return given ?? context.messages.join();
}

Deno.test("version() tags with the version, which does not move unless it may", async () => {
  assert.deepEqual(await tagsOf(version({ version: "1.0.0" })), { tags: [{ name: "1.0.0", immutable: true }] });
  assert.deepEqual(await tagsOf(version({ version: "1.0.0" }), { immutable: false }), {
    tags: [{ name: "1.0.0", immutable: false }],
  });
});

Deno.test("version() is skipped when there is none", async () => {
  assert.equal(await tagsOf(version({ version: undefined })), "debug: Skipped version: there is no version");
});

Deno.test("latest() tags releases, and neither pre-releases nor what has no version", async () => {
  assert.deepEqual(await tagsOf(latest({ version: "1.0.0" })), { tags: [{ name: "latest", immutable: false }] });
  assert.equal(await tagsOf(latest({ version: undefined })), "debug: Skipped latest: there is no version");
  assert.equal(await tagsOf(latest({ version: "1.0.0-rc.1" })), "debug: Skipped latest: 1.0.0-rc.1 is a pre-release");
});

Deno.test("version() and latest() take the version that a plugin has set, unless one was given", async () => {
  const none = { version: undefined };
  const set = (value: string): StageIO["tag"]["in"]["annotations"] => ({
    "org.opencontainers.image.version": { value, from: "acme:found" },
  });
  assert.deepEqual(await tagsOf(version(none), {}, set("2.0.0")), { tags: [{ name: "2.0.0", immutable: true }] });
  assert.deepEqual(await tagsOf(latest(none), {}, set("2.0.0")), { tags: [{ name: "latest", immutable: false }] });
  assert.equal(await tagsOf(latest(none), {}, set("2.0.0-rc.1")), "debug: Skipped latest: 2.0.0-rc.1 is a pre-release");
  assert.deepEqual(await tagsOf(version({ version: "1.0.0" }), {}, set("2.0.0")), {
    tags: [{ name: "1.0.0", immutable: true }],
  });
  for (const factory of [version(none), latest(none)]) {
    assert.match(
      String(await tagsOf(factory, {}, set("v2.0.0"))),
      /^warn: Skipped (?:version|latest): what acme:found gives is no version to tag with: Cannot parse version "v2\.0\.0": SemVer has no leading "v"/,
    );
  }
});

Deno.test("staticTags() tags with what is written down", async () => {
  assert.deepEqual(await tagsOf(staticTags(), { tags: ["a", "b"], immutable: true }), {
    tags: [{ name: "a", immutable: true }, { name: "b", immutable: true }],
  });
});
