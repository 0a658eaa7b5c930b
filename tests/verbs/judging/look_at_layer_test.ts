import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import type { JudgedLayer, Member } from "../../../src/consumers/artifact.ts";
import { layerMeter, lookAtLayer } from "../../../src/verbs/judging/look_at_layer.ts";
import { testContext } from "../../registry/support.ts";
import { file, folder, rawTar, symlink } from "../../support/raw_tar.ts";
import { rawZip } from "../../support/raw_zip.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const TAR = rawTar([folder("sub/"), file("sub/a", "12345"), symlink("l", "sub/a")]);
const MEMBERS: readonly Member[] = [
  { path: "sub/", type: "directory", size: 0 },
  { path: "sub/a", type: "file", size: 5 },
  { path: "l", type: "symlink", size: 0, target: "sub/a" },
];
const gzip = (bytes: Uint8Array): Bytes => new Uint8Array(gzipSync(bytes));
const text = (content: string): Bytes => new TextEncoder().encode(content);

async function look(bytes: Bytes): Promise<Omit<JudgedLayer, "descriptor">> {
  const { descriptor, open } = bytesContent("application/octet-stream", bytes);
  const { descriptor: given, ...layer } = await lookAtLayer(descriptor, open(), {
    meter: layerMeter(),
    context: testContext(),
  });
  assert.equal(given, descriptor);
  return layer;
}

const ZIP = rawZip([{ name: "a.tf", content: "12" }, { name: "l", content: "a.tf", mode: 0o120777 }]);
const SEEN: readonly (readonly [what: string, bytes: Bytes, layer: Omit<JudgedLayer, "descriptor">])[] = [
  ["a tar", TAR, { compression: "none", format: "tar", diffId: digestOf(TAR), members: MEMBERS }],
  [
    "a tar with gzip",
    gzip(TAR),
    { compression: "gzip", format: "tar", diffId: digestOf(TAR), members: MEMBERS } as never,
  ],
  ["a tar without a member", new Uint8Array(1024), {
    compression: "none",
    format: "tar",
    diffId: digestOf(new Uint8Array(1024)),
    members: [],
  }],
  ["a file", text("a: 1\n"), { compression: "none", format: "other", diffId: digestOf(text("a: 1\n")), members: [] }],
  ["a file with gzip", gzip(text("a: 1\n")), {
    compression: "gzip",
    format: "other",
    diffId: digestOf(text("a: 1\n")),
    members: [],
  }],
  ["nothing", text(""), { compression: "none", format: "other", diffId: digestOf(text("")), members: [] }],
  ["a zip", ZIP, {
    compression: "none",
    format: "zip",
    diffId: digestOf(ZIP),
    members: [{ path: "a.tf", type: "file", size: 2 }, { path: "l", type: "symlink", size: 4 }],
  }],
  ["a zip that is cut off", ZIP.slice(0, -1), {
    compression: "none",
    format: "zip",
    diffId: digestOf(ZIP.slice(0, -1)),
    members: [],
    problem: "it is no zip, or it is cut off",
  }],
  ["a text that only looks like xz", text("\xfd7zXZ\0"), {
    compression: "none",
    format: "other",
    diffId: digestOf(text("\xfd7zXZ\0")),
    members: [],
  }],
  ["xz", new Uint8Array([0xfd, ...text("7zXZ\0 and more")]), {
    compression: "xz",
    format: "other",
    members: [],
    problem: "it is compressed with xz",
  }],
];

for (const [what, bytes, layer] of SEEN) {
  Deno.test(`lookAtLayer() says what ${what} is`, async () => {
    assert.deepEqual(await look(bytes), layer);
  });
}

Deno.test("lookAtLayer() says what is wrong with a damaged archive, and what it held before that", async () => {
  const cut = await look(gzip(TAR).slice(0, -12));
  assert.match(cut.problem ?? "", /^its compressed bytes end too early$/);
  assert.equal(cut.diffId, undefined);
  const damaged = TAR.slice();
  damaged.set([1, 2, 3], 512 + 148);
  const seen = await look(damaged);
  assert.deepEqual([seen.format, seen.members, seen.problem], ["tar", MEMBERS.slice(0, 1), "a header is damaged"]);
});

Deno.test("lookAtLayer() throws what its bytes fail with, and what an archive is that fills every disk", async () => {
  const { descriptor } = bytesContent("application/octet-stream", TAR);
  const failing = new ReadableStream<Bytes>({
    start(controller): void {
      controller.enqueue(gzip(TAR).slice(0, 40));
    },
    pull(controller): void {
      controller.error(new Error("The line is dead"));
    },
  });
  const means = { meter: layerMeter(), context: testContext() };
  await assert.rejects(lookAtLayer(descriptor, failing, means), /^Error: The line is dead$/);
  const bomb = gzip(new Uint8Array(32 * 1024 * 1024));
  await assert.rejects(look(bomb), /^ExtractionError: Cannot unpack layer sha256:.*1000 times its size$/);
});

Deno.test("lookAtLayer() stops when somebody wants it", async () => {
  const { descriptor, open } = bytesContent("application/octet-stream", gzip(TAR));
  const context = testContext(AbortSignal.abort(new Error("Enough")));
  await assert.rejects(lookAtLayer(descriptor, open(), { meter: layerMeter(), context }), /^Error: Enough$/);
});
