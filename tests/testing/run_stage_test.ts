import assert from "node:assert/strict";
import type { Kit, PluginFactory, Skip, StageIO } from "../../plugin.ts";
import { entriesOf, PluginError, runStage } from "../../testing.ts";
import { collectBytes } from "../support/collect_bytes.ts";

const FILES = entriesOf({
  "app.yaml": "kind: Service",
  "run.sh*": "#!/bin/sh",
  "d/": "",
  "d/x.secret": "kind: Secret",
});

const strip = ((kit: Kit) =>
  kit.plugin({
    name: "acme:strip",
    version: "1.0.0",
    apiVersion: 1,
    stage: "filter",
    options: kit.z.strictObject({ suffix: kit.z.string().default(".secret") }),
    env: ["REASON"],
    run({ entries }, { suffix }, context): StageIO["filter"]["out"] | Skip {
      context.log.info(`looking for ${suffix}`);
      if (suffix === "") return context.skip("no suffix");
      if (suffix === "fail") context.fail("NO", "not this one", { hint: "another" });
      const found = entries.filter(({ path }) => path.endsWith(suffix));
      return { drop: found.map(({ path }) => ({ path, reason: `${context.env["REASON"]} ${context.mode}` })) };
    },
  })) satisfies PluginFactory;

Deno.test("runStage() gives what a plugin gives and says, with defaults, environment and mode", async () => {
  const result = await runStage(strip, {
    input: { entries: FILES },
    env: { REASON: "secret", OTHER: "x" },
    mode: "plan",
  });
  assert.deepEqual(result, {
    output: { drop: [{ path: "d/x.secret", reason: "secret plan" }] },
    skipped: undefined,
    logs: [{ level: "info", message: "looking for .secret" }],
  });
});

Deno.test("runStage() tells why a plugin was skipped", async () => {
  const { output, skipped } = await runStage(strip, { input: { entries: [] }, options: { suffix: "" } });
  assert.deepEqual([output, skipped], [undefined, "no suffix"]);
});

Deno.test("runStage() throws what a user would be told", async () => {
  const failing = runStage(strip, { input: { entries: [] }, options: { suffix: "fail" } });
  await assert.rejects(failing, { name: "PluginError", code: "NO", message: "not this one", hint: "another" });
  const misspelt = runStage(strip, { input: { entries: [] }, options: { sufix: "x", suffix: 1 } });
  await assert.rejects(misspelt, {
    code: "PLUGIN_OPTIONS",
    message: "Cannot use plugin acme:strip: options.suffix: must be a string, not a number; " +
      'options.sufix: unknown option of plugin acme:strip, did you mean "suffix"?',
  });
  const none = (() => undefined) as never;
  await assert.rejects(runStage(none, { input: { entries: [] } }), PluginError);
});

Deno.test("runStage() freezes the input, and checks the output", async () => {
  const wrong = ((kit: Kit) => ({ ...strip(kit), run: () => ({ drop: [{ path: 1, reason: "x" }] }) })) as never;
  await assert.rejects(runStage<"filter">(wrong, { input: { entries: [] } }), {
    code: "PLUGIN_OUTPUT",
    message: "Plugin acme:strip (filter) gave a wrong result: drop[0].path must be a string, not a number",
  });
  const input = { entries: entriesOf({ a: "" }) };
  const changing = ((kit: Kit) => ({
    ...strip(kit),
    run(given: { readonly entries: unknown[] }): StageIO["filter"]["out"] {
      given.entries.pop();
      return { drop: [] };
    },
  })) as never;
  await assert.rejects(runStage<"filter">(changing, { input }), { code: "PLUGIN_THREW" });
  assert.equal(input.entries.length, 1);
});

Deno.test("runStage() packs layers and keeps blobs in memory", async () => {
  const pack = ((kit: Kit) =>
    kit.plugin({
      name: "acme:pack",
      version: "1.0.0",
      apiVersion: 1,
      stage: "archive",
      options: kit.z.strictObject({}),
      async run({ entries }, _options, context): Promise<StageIO["archive"]["out"]> {
        const large = await context.blob("application/octet-stream", new Uint8Array(9 * 1024 * 1024));
        return { layers: [await context.layer(entries), large] };
      },
    })) satisfies PluginFactory;
  const { output } = await runStage(pack, { input: { entries: FILES } });
  const again = await runStage(pack, { input: { entries: FILES } });
  const descriptors = output?.layers.map(({ descriptor }) => descriptor);
  assert.deepEqual(descriptors, again.output?.layers.map(({ descriptor }) => descriptor));
  assert.equal(descriptors?.[0]?.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
  assert.equal(descriptors?.[1]?.size, 9 * 1024 * 1024);
});

Deno.test("entriesOf() makes files and directories", async () => {
  const described = await Promise.all(FILES.map(async ({ path, kind, executable, size, open }) => {
    return [path, kind, executable, size, new TextDecoder().decode(await collectBytes(open()))];
  }));
  assert.deepEqual(described, [
    ["app.yaml", "file", false, 13, "kind: Service"],
    ["run.sh", "file", true, 9, "#!/bin/sh"],
    ["d", "directory", false, 0, ""],
    ["d/x.secret", "file", false, 12, "kind: Secret"],
  ]);
});
