import { OPENTOFU } from "../../src/consumers/opentofu.ts";
import { DOCKER_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { AMD64, index, raw, single, type SingleSpec, testRule, zip } from "../support/judged.ts";

const SPEC: SingleSpec = { artifactType: "application/vnd.opentofu.modulepkg" };
const ZIP = "archive/zip";
const module = zip(ZIP, { members: ["main.tf", "modules/a/main.tofu"] });

testRule("OPENTOFU", OPENTOFU, {
  accepts: {
    "a module": single([module], SPEC),
    "an absolute path, which becomes one below": single([zip(ZIP, { members: ["main.tf", "/a.tf"] })], SPEC),
    "a module beside other layers": single([raw("x/y"), module], { ...SPEC, configType: "z/z" }),
  },
  refuses: {
    "an index": [index([single([module], SPEC), AMD64]), /an OCI image manifest and nothing else, and it is .*index/],
    "a manifest of Docker": [single([module], { ...SPEC, mediaType: DOCKER_MANIFEST_MEDIA_TYPE }), /it is .*docker/],
    "a manifest without its media type": [single([module], { ...SPEC, saysMediaType: false }), /it is left out/],
    "no artifact type": [single([module]), /and there is none$/],
    "another artifact type": [single([module], { artifactType: "x/y" }), /and it is x\/y$/],
    "no zip": [
      single([zip("application/zip")], SPEC),
      /exactly one layer of media type archive\/zip, and there is none/,
    ],
    "two zips": [single([module, zip(ZIP)], SPEC), /and there are 2/],
    "what is called a zip": [single([raw(ZIP)], SPEC), /it is no zip/],
    "a damaged zip": [single([zip(ZIP, { problem: "it is cut off" })], SPEC), /cannot unpack the layer: it is cut off/],
    "a path that leads out": [
      single([zip(ZIP, { members: ["main.tf", "../a.tf"] })], SPEC),
      /paths with "\.\." in them: "\.\.\/a\.tf"$/,
    ],
    "a path with a backslash that leads out": [
      single([zip(ZIP, { members: ["main.tf", "a\\..\\b.tf"] })], SPEC),
      /paths with "\.\." in them/,
    ],
    "an empty zip": [single([zip(ZIP, { members: [] })], SPEC), /a zip without any file$/],
  },
  notes: {
    "a module below the root": [single([zip(ZIP, { members: ["a/main.tf"] })], SPEC), /a directory in it by \/\//],
  },
});
