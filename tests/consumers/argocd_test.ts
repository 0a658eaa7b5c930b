import { ARGOCD } from "../../src/consumers/argocd.ts";
import {
  FLUX_CONTENT_MEDIA_TYPE,
  HELM_CHART_MEDIA_TYPE,
  HELM_CONFIG_MEDIA_TYPE,
  HELM_PROVENANCE_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { AMD64, index, raw, single, tar, testRule } from "../support/judged.ts";

const PLAIN = "application/vnd.oci.image.layer.v1.tar";
const chart = tar(HELM_CHART_MEDIA_TYPE, { members: ["app/Chart.yaml", "app/values.yaml"] });

testRule("ARGOCD", ARGOCD, {
  accepts: {
    "a tar with gzip": single([tar()]),
    "a tar that is not compressed": single([tar(PLAIN, { compression: "none" })]),
    "a config and an artifact type of any kind": single([tar()], { configType: "x/y", artifactType: "z/z" }),
    "other layers beside the content": single([raw("application/vnd.in-toto+json"), tar()]),
    "a link that stays inside": single([tar(undefined, {
      members: ["a", { path: "sub/l", type: "symlink", size: 0, target: "../a" }],
    })]),
    "a chart with its provenance": single([chart, raw(HELM_PROVENANCE_MEDIA_TYPE)]),
    "a chart beside another tar": single([tar("application/vnd.acme.v1.tar+gzip"), chart], {
      configType: HELM_CONFIG_MEDIA_TYPE,
    }),
  },
  refuses: {
    "an index": [index([single([tar()]), AMD64]), /does not look into an index/],
    "the content of Flux": [single([tar(FLUX_CONTENT_MEDIA_TYPE)]), /flux\.content.* in its list of allowed ones/],
    "two layers": [single([tar(), tar()]), /exactly one layer .* and there are 2/],
    "zstd": [single([tar(`${PLAIN}+zstd`, { compression: "zstd" })]), /exactly one layer .* and there is none/],
    "eleven layers": [
      single([tar(), ...Array.from({ length: 10 }, () => raw("application/json"))]),
      /takes 10 layers at most, and there are 11/,
    ],
    "gzip that is called a tar": [single([tar(PLAIN)]), /is not a tar that is not compressed, as/],
    "no gzip that is called so": [single([tar(undefined, { compression: "none" })]), /is not a tar with gzip, as/],
    "more than 1 GiB": [
      single([tar(undefined, { members: [{ path: "a", type: "file", size: 1024 ** 3 + 1 }] })]),
      /1 GiB at most/,
    ],
    "a path that leads out": [single([tar(undefined, { members: ["../a"] })]), /leads out of the archive: "\.\.\/a"/],
    "a link that leads out": [
      single([tar(undefined, { members: [{ path: "sub/l", type: "symlink", size: 0, target: "../../a" }] })]),
      /leads out of the archive: "sub\/l"/,
    ],
    "a chart of two directories": [
      single([tar(HELM_CHART_MEDIA_TYPE, { members: ["app/Chart.yaml", "other/a"] })]),
      /in one directory, and there are 2/,
    ],
  },
  notes: { "a chart": [single([chart]), /spec\.source\.path has to be "\."/] },
});
