import { OPA } from "../../src/consumers/opa.ts";
import { FLUX_CONTENT_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { AMD64, index, raw, single, tar, TAR_GZIP, testRule } from "../support/judged.ts";

const bundle = tar(undefined, { members: [".manifest", "a/policy.rego"] });

testRule("OPA", OPA, {
  accepts: {
    "a bundle": single([bundle], { configType: "x/y", artifactType: "z/z" }),
    "a bundle behind other layers": single([raw("x/y"), bundle]),
    "data alone": single([tar(undefined, { members: ["/roles/data.json"] })]),
  },
  refuses: {
    "an index": [index([single([bundle]), AMD64]), /does not look into an index/],
    "another media type": [
      single([tar(FLUX_CONTENT_MEDIA_TYPE)]),
      /takes the first layer of media type .* there is none/,
    ],
    "no gzip": [single([tar(TAR_GZIP, { compression: "none" })]), /no gzip-compressed tar/],
    "a file over 1 GiB": [
      single([tar(undefined, { members: ["a.rego", { path: "b", type: "file", size: 1024 ** 3 + 1 }] })]),
      /files over 1 GiB/,
    ],
  },
  notes: { "neither policies nor data": [single([tar(undefined, { members: ["README.md"] })]), /an empty bundle/] },
});
