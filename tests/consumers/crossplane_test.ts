import { CROSSPLANE } from "../../src/consumers/crossplane.ts";
import { AMD64, ARM64, index, raw, single, tar, testRule } from "../support/judged.ts";

const BASE = { "io.crossplane.xpkg": "base" };
const base = tar(undefined, { members: ["package.yaml"], annotations: BASE });

testRule("CROSSPLANE", CROSSPLANE, {
  accepts: {
    "a package by its base": single([tar(), base]),
    "a package by all of its layers": single([tar(), tar(undefined, { members: ["./package.yaml"] })]),
    "a package for linux/amd64 in an index": index([single([]), ARM64], [single([base]), AMD64]),
  },
  refuses: {
    "an index for other platforms": [index([single([base]), ARM64]), /linux\/amd64 of an index, and there is none/],
    "two bases": [single([base, tar(undefined, { annotations: BASE })]), /base at most, and there are 2/],
    "257 layers": [
      single([base, ...Array.from({ length: 256 }, () => tar())]),
      /256 layers at most, and there are 257/,
    ],
    "a config with other digests": [single([base], { config: {} }), /rootfs\.diff_ids/],
    "a base without package.yaml": [
      single([tar(undefined, { annotations: BASE }), tar(undefined, { members: ["package.yaml"] })]),
      /package\.yaml in the base layer, and it is not there/,
    ],
    "an image without package.yaml": [single([tar()]), /package\.yaml in the image, and it is not there/],
    "zstd": [
      single([tar(undefined, { members: ["package.yaml"], compression: "zstd" })]),
      /takes gzip-compressed tars, and no such is "sha256:/,
    ],
    "a path that is there twice": [
      single([tar(undefined, { members: ["package.yaml", "a", "a"] })]),
      /a path twice in a layer: "a"$/,
    ],
    "a layer that is no tar": [
      single([raw("x/y"), tar(undefined, { members: ["package.yaml"] })]),
      /takes gzip-compressed tars/,
    ],
  },
  notes: { "a package": [single([base]), /not looked at/] },
});
