import assert from "node:assert/strict";
import fc from "fast-check";
import { type PageLink, parseLinks } from "../../src/registry/pages.ts";

const CASES: readonly (readonly [header: string, links: readonly PageLink[]])[] = [
  ["", []],
  ['</v2/a/tags/list?n=1>; rel="next"', [{ target: "/v2/a/tags/list?n=1", relations: ["next"] }]],
  ["<a>;rel=next", [{ target: "a", relations: ["next"] }]],
  ['<a> ; rel = "next"', [{ target: "a", relations: ["next"] }]],
  ['<a>; REL="Prev NEXT"', [{ target: "a", relations: ["prev", "next"] }]],
  ['<a>; title="x,y; rel=z"; rel="next"', [{ target: "a", relations: ["next"] }]],
  ['<a>; title="a \\"quoted\\" <word>"; rel=next', [{ target: "a", relations: ["next"] }]],
  ["<a>; rel=prev; rel=next", [{ target: "a", relations: ["prev"] }]],
  ["<a>; rel=prev, <b>; rel=next", [{ target: "a", relations: ["prev"] }, { target: "b", relations: ["next"] }]],
  ["<a,b>; crossorigin; rel=next,", [{ target: "a,b", relations: ["next"] }]],
  ["<a>", [{ target: "a", relations: [] }]],
];

for (const [header, links] of CASES) {
  Deno.test(`parseLinks() reads ${JSON.stringify(header)}`, () => {
    assert.deepEqual(parseLinks(header), links);
  });
}

for (const header of ["next", "<a", '<a>; rel="next', "<a>; rel=next junk", "a>; rel=next", "<a> <b>; rel=next x"]) {
  Deno.test(`parseLinks() refuses ${JSON.stringify(header)}`, () => {
    assert.throws(() => parseLinks(header), { name: "SyntaxError", message: "the Link header is not valid" });
  });
}

Deno.test("parseLinks() ends, and throws nothing but a SyntaxError, whatever the header says", () => {
  const part = fc.constantFrom("<", ">", "a", ";", ",", "=", '"', "\\", " ", "rel", "next", "\t");
  fc.assert(fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
    try {
      parseLinks(parts.join(""));
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});
