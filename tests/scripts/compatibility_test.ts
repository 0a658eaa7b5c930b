import assert from "node:assert/strict";
import { compatibilityPage, outcomesOf } from "../../scripts/compatibility.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test">
  <testsuite name="./tests/heavy/flux_test.ts">
    <testcase name="Flux&apos;s controllers" classname="./tests/heavy/flux_test.ts" time="1"></testcase>
    <testcase name="Flux&apos;s controllers &gt; Flux fetches a | b" classname="./tests/heavy/flux_test.ts" time="1">
    </testcase>
    <testcase name="Flux&apos;s controllers &gt; Flux verifies" classname="./tests/heavy/flux_test.ts" time="1">
      <failure message="x">no</failure>
    </testcase>
  </testsuite>
  <testsuite name="./tests/interop/x_test.ts">
    <testcase name="oras takes it" classname="./tests/interop/x_test.ts" time="1"></testcase>
    <testcase name="crane takes it (ignored)" classname="./tests/interop/x_test.ts" time="1"><skipped/></testcase>
  </testsuite>
</testsuites>`;

Deno.test("outcomesOf() reads tests without steps, and the steps of others", () => {
  assert.deepEqual(outcomesOf(REPORT), [
    { file: "tests/heavy/flux_test.ts", name: "Flux fetches a | b", outcome: "passed" },
    { file: "tests/heavy/flux_test.ts", name: "Flux verifies", outcome: "FAILED" },
    { file: "tests/interop/x_test.ts", name: "oras takes it", outcome: "passed" },
    { file: "tests/interop/x_test.ts", name: "crane takes it (ignored)", outcome: "not run" },
  ]);
});

Deno.test("compatibilityPage() has a section for each consumer that ran, with its version, and hides no failure", async () => {
  const page = await compatibilityPage(outcomesOf(REPORT));
  assert.match(page, /^4 ran, and 2 did not pass\.$/m);
  assert.match(page, /^\| Flux fetches a \\\| b \| passed \|$/m);
  assert.match(page, /^\| Flux verifies \| FAILED \|$/m);
  assert.match(page, /^\| crane takes it \(ignored\) \| not run \|$/m);
  assert.match(page, /^## oras\n\nVersion: v\d+\.\d+\.\d+$/m);
  assert.doesNotMatch(page, /^## helm/m);
});
