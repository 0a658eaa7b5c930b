import assert from "node:assert/strict";
import { withLocalPath } from "../../src/oci/change_reference.ts";
import {
  formatReference,
  isLayoutReference,
  isPiped,
  isReference,
  localPath,
  parseReference,
  printedReference,
  registryHost,
  withoutScheme,
} from "../../src/oci/reference.ts";

interface Place {
  readonly text: string;
  readonly bare: string;
  readonly printed: string;
  readonly host?: string;
  readonly path?: string;
  readonly moved: string;
  readonly piped?: boolean;
}

const PLACES: readonly Place[] = [
  {
    text: "oci://localhost:5000/acme/app:1.0",
    bare: "localhost:5000/acme/app:1.0",
    printed: "localhost:5000/acme/app:1.0",
    host: "localhost:5000",
    moved: "oci://localhost:5000/acme/app:1.0",
  },
  {
    text: "oci-layout:./dist/app:1.0",
    bare: "./dist/app:1.0",
    printed: "oci-layout:./dist/app:1.0",
    path: "./dist/app",
    moved: "oci-layout:/elsewhere:1.0",
  },
  {
    text: "oci-archive:app.tar:1.0",
    bare: "app.tar:1.0",
    printed: "oci-archive:app.tar:1.0",
    path: "app.tar",
    moved: "oci-archive:/elsewhere:1.0",
  },
  {
    text: "oci-archive:-",
    bare: "-",
    printed: "oci-archive:-",
    path: "-",
    moved: "oci-archive:/elsewhere",
    piped: true,
  },
  { text: "oci-layout:-", bare: "-", printed: "oci-layout:-", path: "-", moved: "oci-layout:/elsewhere" },
];

for (const { text, bare, printed, host, path, moved, piped = false } of PLACES) {
  Deno.test(`the parts of ${text} are told apart`, () => {
    const reference = parseReference(text);
    assert.equal(isReference(text), true);
    assert.equal(withoutScheme(text), bare);
    assert.equal(printedReference(text), printed);
    assert.equal(registryHost(text), host);
    assert.equal(localPath(reference), path);
    assert.equal(formatReference(withLocalPath(reference, () => "/elsewhere")), moved);
    assert.equal(isPiped(reference), piped);
    assert.equal(isLayoutReference(parseReference(text)), path !== undefined);
  });
}

Deno.test("isReference() takes no path and no other scheme for a reference", () => {
  for (const text of ["./oci-layout", "oci-layout", "app:1.0", "docker://app", "xoci://app", "OCI://ghcr.io/a/b", ""]) {
    assert.equal(isReference(text), false, text);
  }
});
