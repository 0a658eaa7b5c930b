import assert from "node:assert/strict";
import { CONSUMER_NAMES, loadConsumers, parseConsumers } from "../../src/consumers/consumers.ts";
import { judge } from "../../src/consumers/judge.ts";
import { single, tar } from "../support/judged.ts";

Deno.test("loadConsumers() loads every rule with its version and source", async () => {
  const consumers = await loadConsumers();
  assert.deepEqual(consumers.map(({ name }) => name), CONSUMER_NAMES);
  for (const { name, what, version, source } of consumers) {
    assert.ok(what !== "" && /\d/.test(version), name);
    assert.equal(new URL(source).protocol, "https:", name);
  }
});

Deno.test("docs/consumers.md has every consumer, with the version and the source of its rule", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/consumers.md", import.meta.url));
  const rows = text.matchAll(/^\| `([^`]+)` +\| (.*?) +\| \[(.*?)\]\((.*?)\) +\|$/gm);
  const consumers = (await loadConsumers()).map(({ name, what, version, source }) => [name, what, version, source]);
  assert.deepEqual([...rows].map(([, ...cells]) => cells), consumers);
});

Deno.test("loadConsumers() keeps the order and leaves out what was named twice", async () => {
  const consumers = await loadConsumers(["helm", "flux", "helm"]);
  assert.deepEqual(consumers.map(({ name }) => name), ["helm", "flux"]);
});

Deno.test("parseConsumers() reads names with commas between them, and says which there are", () => {
  assert.deepEqual(parseConsumers("flux, crio-volume"), ["flux", "crio-volume"]);
  for (const wrong of ["", "flux,", "Flux", "toString"]) {
    assert.throws(
      () => parseConsumers(wrong),
      /^SyntaxError: Cannot find consumer ".*": it must be one of flux, .*crossplane(?:, did you mean "flux"\?)?$/,
    );
  }
});

Deno.test("judge() keeps refusals and notes apart", async () => {
  const artifact = single([tar(undefined, { members: ["logo.png"] })]);
  const verdicts = judge(artifact, await loadConsumers(["flux", "helm"]));
  assert.deepEqual(verdicts.map(({ consumer, accepted }) => [consumer, accepted]), [["flux", true], ["helm", false]]);
  assert.deepEqual(verdicts.map(({ refusals, notes }) => [refusals.length, notes.length]), [[0, 1], [1, 0]]);
  assert.match(verdicts[1]?.refusals[0]?.change ?? "", /profile helm/);
});
