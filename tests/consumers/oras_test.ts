/** What oras itself says stands beside this in tests/interop/judged_test.ts. */
import { ORAS } from "../../src/consumers/oras.ts";
import type { JudgedLayer } from "../../src/consumers/artifact.ts";
import { index, type LayerSpec, raw, single, tar, testRule } from "../support/judged.ts";

const TITLE = "org.opencontainers.image.title";
const UNPACK = "io.deis.oras.content.unpack";
const DIGEST = "io.deis.oras.content.digest";

const named = (title: string): JudgedLayer => raw("text/plain", { [TITLE]: title });
const unpacked = (title: string, spec: LayerSpec = {}): JudgedLayer =>
  tar(undefined, { ...spec, annotations: { [TITLE]: title, [UNPACK]: "true", ...spec.annotations } });
const same = named("a");

testRule("ORAS", ORAS, {
  accepts: {
    "files by their titles": single([named("a"), named("sub/b"), named("sub/../c")]),
    "a tree": single([unpacked(".", { members: [".", "a", "sub/b"] })]),
    "a tree in a directory": single([unpacked("dir", { members: ["dir", "dir/a"] })]),
    "one file twice": single([same, same]),
    "files in an index": index([single([named("a")])], [single([named("b")])]),
    "links inside": single([unpacked(".", {
      members: ["a", { path: "sub/l", type: "symlink", size: 0, target: "../a" }],
    })]),
  },
  refuses: {
    "layers without titles": [single([tar()]), /the layers that have a name .* and none has/],
    "no layer": [single([]), /and none has/],
    "titles that lead out": [single([named("../a"), named("/b")]), /lead out of the directory: "\.\.\/a", "\/b"/],
    "a file at the place of the directory": [single([named(".")]), /what is a directory: "\."/],
    "a file at the place of another's directory": [single([named("a"), named("a/b")]), /what is a directory: "a"/],
    "two files of one title": [single([named("a"), named("a")]), /two layers of one title: "a"/],
    "a tree with zstd": [single([unpacked(".", { compression: "zstd" })]), /can only unpack a gzip-compressed tar/],
    "a file that shall be unpacked": [single([unpacked("a", { format: "other", members: [] })]), /can only unpack/],
    "a tree of another digest": [
      single([unpacked(".", { annotations: { [DIGEST]: `sha256:${"0".repeat(64)}` } })]),
      /finds another digest in layer "\."/,
    ],
    "a tree outside of its directory": [single([unpacked("dir", { members: ["a", "dirt"] })]), /for: "a", "dirt"$/],
    "a link that leads out": [
      single([unpacked(".", { members: [{ path: "l", type: "symlink", size: 0, target: "../a" }] })]),
      /refuses what is not in the directory "\." .*: "l"$/,
    ],
    "a link to an absolute path": [
      single([unpacked(".", { members: [{ path: "l", type: "symlink", size: 0, target: "/etc" }] })]),
      /: "l"$/,
    ],
  },
  notes: {
    "a layer without a title beside others": [single([named("a"), tar()]), /leaves out a layer without a title/],
  },
});
