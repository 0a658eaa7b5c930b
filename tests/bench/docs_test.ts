import assert from "node:assert/strict";
import { withFigures } from "../../bench/docs.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/performance.md", import.meta.url));

Deno.test("withFigures() replaces what is between the markers of docs/performance.md, as often as it is asked", () => {
  const once = withFigures(PAGE, "first figures");
  const twice = withFigures(once, "second figures");
  assert.ok(once.includes("\n\nfirst figures\n\n"));
  assert.equal(twice, once.replace("first", "second"));
  assert.equal(once.split("first figures")[0], PAGE.slice(0, once.indexOf("first figures")));
  assert.ok(PAGE.endsWith(once.slice(once.indexOf("first figures") + "first figures".length)));
});

Deno.test("withFigures() throws when the page has no markers, or in a wrong order", () => {
  const markers = [...PAGE.matchAll(/<!-- figures.*-->/g)].map(([marker]) => marker);
  assert.equal(markers.length, 2);
  for (const page of ["", markers[0] ?? "", markers[1] ?? "", markers.toReversed().join("\n")]) {
    assert.throws(() => withFigures(page, "figures"), SyntaxError);
  }
});
