import { IMGPKG } from "../../src/consumers/imgpkg.ts";
import { AMD64, index, raw, single, tar, testRule } from "../support/judged.ts";

const BUNDLE = { config: { config: { Labels: { "dev.carvel.imgpkg.bundle": "true" } } } };
const bundle = tar(undefined, { members: ["./.imgpkg/", "./.imgpkg/images.yml", "a.yaml"] });

testRule("IMGPKG", IMGPKG, {
  accepts: {
    "a bundle": single([bundle], BUNDLE),
    "an image of several layers, compressed in any way": single([
      tar("x/y", { compression: "none" }),
      tar("x/y", { compression: "zstd" }),
      tar(),
    ]),
  },
  refuses: {
    "an index": [index([single([bundle]), AMD64]), /an image, and no index/],
    "no layer": [single([]), /and there is none/],
    "a layer that is no tar": [single([tar(), raw("x/y")]), /no tar is "sha256:/],
    "a config that is no JSON": [single([tar()], { config: undefined }), /no JSON object/],
    "a pipe": [single([tar(undefined, { members: [{ path: "p", type: "fifo", size: 0 }] })]), /devices and pipes: "p"/],
    "a bundle without its file": [single([tar()], BUNDLE), /there is no \.imgpkg\/images\.yml/],
    "a bundle in a bundle": [
      single(
        [{ ...bundle, members: [...bundle.members, { path: "sub/.imgpkg/images.yml", type: "file", size: 1 }] }],
        BUNDLE,
      ),
      /one \.imgpkg in a bundle/,
    ],
  },
  notes: {
    "what is no bundle": [single([tar()]), /pulled as an image \(imgpkg pull -i\)/],
    "links": [
      single([tar(undefined, { members: [{ path: "l", type: "symlink", size: 0, target: "a" }] })]),
      /leaves links out: "l"/,
    ],
  },
});
