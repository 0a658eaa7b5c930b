/** What source-controller's own code says stands beside this in tests/interop/judged_test.ts. */
import { FLUX } from "../../src/consumers/flux.ts";
import {
  FLUX_CONTENT_MEDIA_TYPE,
  HELM_CHART_MEDIA_TYPE,
  HELM_PROVENANCE_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { AMD64, ARM64, index, raw, single, tar, testRule } from "../support/judged.ts";

const good = single([tar(FLUX_CONTENT_MEDIA_TYPE)]);
const chart = tar(HELM_CHART_MEDIA_TYPE, { members: ["app/Chart.yaml"] });

testRule("FLUX", FLUX, {
  accepts: {
    "a tar with gzip, whatever it is called": good,
    "a manifest for linux/amd64 in an index": index([single([]), ARM64], [good, AMD64]),
    "a manifest for no platform in an index": index([good]),
    "files with dots in their names": single([tar(undefined, { members: ["..a", "a..b", "..."] })]),
  },
  refuses: {
    "an index for other platforms": [index([good, ARM64]), /linux\/amd64 of an index, and there is none/],
    "no layer": [single([]), /no layer at all/],
    "zstd": [single([tar(undefined, { compression: "zstd" })]), /gzip and nothing else, and .* with zstd$/],
    "a tar that is not compressed": [single([tar(undefined, { compression: "none" })]), /is not compressed$/],
    "gzip of no tar": [single([tar(undefined, { format: "other", members: [] })]), /unpacks a tar, and .* is none$/],
    "a damaged tar": [single([tar(undefined, { problem: "a header is damaged" })]), /cannot .*: a header is damaged$/],
    "an absolute path": [single([tar(undefined, { members: ["/etc/a"] })]), /paths .*"\/etc\/a"$/],
    "a backslash": [single([tar(undefined, { members: ["a\\b"] })]), /paths .*"a\\\\b"$/],
    "a path that leads up, and one that only looks so": [
      single([tar(undefined, { members: ["a../b", "../c"] })]),
      /"a\.\.\/b", "\.\.\/c"$/,
    ],
    "a pipe and a device": [
      single([tar(undefined, {
        members: [{ path: "p", type: "fifo", size: 0 }, { path: "d", type: "device", size: 0 }],
      })]),
      /devices and pipes: "p", "d"$/,
    ],
    "a chart behind its provenance": [
      single([raw(HELM_PROVENANCE_MEDIA_TYPE), chart]),
      /first layer, application\/vnd.cncf.helm.chart.provenance.v1.prov, which it cannot/,
    ],
  },
  notes: {
    "a chart": [single([chart]), /mediaType: application\/vnd\.cncf\.helm\.chart\.content.* and operation: copy/],
    "several layers": [single([tar(), tar()]), /the first of 2 layers/],
    "symbolic links": [
      single([tar(undefined, { members: [{ path: "l", type: "symlink", size: 0, target: "a" }] })]),
      /leaves symbolic links out: "l"/,
    ],
    "files that source-controller leaves out": [
      single([tar(undefined, { members: ["a.yaml", "logo.png", ".github/ci.yml", "deep/.sops.yaml", "x.tar.gz"] })]),
      /: "logo\.png", "\.github\/ci\.yml", "deep\/\.sops\.yaml" and 1 more$/,
    ],
  },
});
