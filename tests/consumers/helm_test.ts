/** What Helm itself says stands beside this in tests/interop/judged_test.ts. */
import { HELM } from "../../src/consumers/helm.ts";
import {
  HELM_CHART_MEDIA_TYPE,
  HELM_CONFIG_MEDIA_TYPE,
  HELM_PROVENANCE_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { index, type LayerSpec, raw, single, type SingleSpec, tar, testRule } from "../support/judged.ts";

const SPEC: SingleSpec = { configType: HELM_CONFIG_MEDIA_TYPE, config: { name: "app", version: "1.0.0" } };
const FILES = ["app/Chart.yaml", "app/templates/a.yaml"];
const chart = (spec: LayerSpec = {}): ReturnType<typeof tar> =>
  tar(HELM_CHART_MEDIA_TYPE, { ...spec, members: [...FILES, ...spec.members ?? []] });

testRule("HELM", HELM, {
  accepts: {
    "a chart with its provenance, in any order": single([raw(HELM_PROVENANCE_MEDIA_TYPE), chart()], SPEC),
    "a chart in an index": index([single([chart()], SPEC)]),
    "a chart in a directory of another name": single([tar(HELM_CHART_MEDIA_TYPE, { members: ["x/Chart.yaml"] })], SPEC),
  },
  refuses: {
    "another config": [single([chart()]), /wants a config of media type .*helm.config.* and it is .*image\.config/],
    "an index without a chart": [index([single([tar()])]), /wants a config of media type/],
    "another layer": [single([tar()], SPEC), /wants a layer of media type .*helm\.chart\.content.* and there is none/],
    "a config that is no object": [single([chart()], { ...SPEC, config: [] }), /no JSON object/],
    "zstd": [single([chart({ compression: "zstd" })], SPEC), /no gzip-compressed tar/],
    "a chart at the root of the archive": [
      single([tar(HELM_CHART_MEDIA_TYPE, { members: ["Chart.yaml"] })], SPEC),
      /not in the directory of the chart, .*: "Chart\.yaml"$/,
    ],
    "a directory without a chart": [
      single([tar(HELM_CHART_MEDIA_TYPE, { members: ["app/values.yaml"] })], SPEC),
      /one directory below the root/,
    ],
    "a chart over 100 MiB": [
      single([chart({
        members: Array.from({ length: 21 }, (_, at) => ({ path: `app/${at}`, type: "file", size: 5 * 1024 * 1024 })),
      })], SPEC),
      /charts of 100 MiB and more/,
    ],
    "paths that lead out": [
      single([chart({ members: ["//a", "app/../b", "app/..c", "app/C:/d"] })], SPEC),
      /not in the directory of the chart, .*: "\/\/a", "app\/\.\.\/b", "app\/\.\.c" and 1 more$/,
    ],
  },
  notes: {
    "a chart with a file over 5 MiB": [
      single([chart({ members: [{ path: "app/big", type: "file", size: 5 * 1024 * 1024 + 1 }] })], SPEC),
      /before 4\.3 refuses files over 5 MiB: "app\/big"$/,
    ],
    "a chart without provenance": [single([chart()], SPEC), /no provenance/],
    "a chart as it was called before": [
      single([tar("application/tar+gzip", { members: FILES })], SPEC),
      /before Helm 3\.7/,
    ],
  },
});
