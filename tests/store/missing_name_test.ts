import assert from "node:assert/strict";
import { missingName } from "../../src/store/missing_name.ts";
import { NotFoundError, type StoreReader } from "../../src/store/store.ts";
import { fakeContext } from "../pipeline/fakes.ts";

function storeWith(tags: () => AsyncIterable<string>): StoreReader {
  const unused = (): never => {
    throw new Error("not asked");
  };
  return {
    url: "oci://h/r",
    exists: unused,
    fetchBlob: unused,
    fetchManifest: unused,
    referrers: unused,
    resolve: unused,
    tags,
  } as unknown as StoreReader;
}

async function* each(...tags: readonly string[]): AsyncGenerator<string> {
  yield* tags;
}

const TAGS: readonly (readonly [tags: readonly string[], message: string, namesAll: boolean])[] = [
  [[], "Cannot find oci://h/r:9: there is no such tag", false],
  [["1.0.0"], "Cannot find oci://h/r:9: there is no such tag; there is 1.0.0", true],
  [
    ["main", "1.0.0", "latest", "1.10.0"],
    "Cannot find oci://h/r:9: there is no such tag; there are latest, 1.10.0, 1.0.0, main",
    true,
  ],
  [
    ["1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "6.0.0", "7.0.0"],
    "Cannot find oci://h/r:9: there is no such tag; there are 7.0.0, 6.0.0, 5.0.0, 4.0.0, 3.0.0 and 2 more",
    false,
  ],
];

for (const [tags, message, namesAll] of TAGS) {
  Deno.test(`missingName() names the tags that are there when there are ${tags.length}`, async () => {
    const error = await missingName(storeWith(() => each(...tags)), "9", fakeContext());
    assert.equal(error.message, message);
    assert.equal(error.namesAll, namesAll);
  });
}

Deno.test("missingName() names no tag when they cannot be had", async () => {
  const failing = async function* (): AsyncGenerator<string> {
    yield "1.0.0";
    throw new Error("refused");
  };
  const error = await missingName(storeWith(failing), "9", fakeContext());
  assert.equal(error.message, "Cannot find oci://h/r:9: there is no such tag");
});

Deno.test("missingName() says that there is no such repository when a registry or another store says so", async () => {
  const refusal = Object.assign(new Error("NAME_UNKNOWN"), { isPlaceUnknown: true });
  for (const thrown of [refusal, new NotFoundError("oci://h/r")]) {
    const tags = (): AsyncIterable<string> => new ReadableStream({ start: (controller) => controller.error(thrown) });
    const error = await missingName(storeWith(tags), "9", fakeContext());
    assert.equal(error.message, "Cannot find oci://h/r: there is no such repository");
    assert.equal(error.isPlace, true);
  }
});

Deno.test("missingName() does not ask for tags when it is a digest that is missing", async () => {
  const asked = (): never => {
    throw new Error("asked");
  };
  const digest = `sha256:${"0".repeat(64)}`;
  const error = await missingName(storeWith(asked), digest, fakeContext());
  assert.equal(error.message, `Cannot find oci://h/r@${digest}: there is no such manifest`);
});

for (
  const [url, missing] of [
    ["oci://ghcr.io/acme/app", "such repository"],
    ["oci-layout:./dist", "layout"],
    ["oci-archive:app.tar", "layout"],
    ["elsewhere:app", "such place"],
  ]
) {
  Deno.test(`NotFoundError says of ${url} that there is no ${missing}`, () => {
    assert.equal(new NotFoundError(url ?? "").message, `Cannot find ${url}: there is no ${missing}`);
  });
}
