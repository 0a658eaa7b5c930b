/** What Timoni itself says stands beside this in tests/interop/judged_test.ts. */
import { TIMONI } from "../../src/consumers/timoni.ts";
import { TIMONI_CONFIG_MEDIA_TYPE, TIMONI_CONTENT_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { index, raw, single, type SingleSpec, tar, testRule } from "../support/judged.ts";

const SPEC: SingleSpec = {
  configType: TIMONI_CONFIG_MEDIA_TYPE,
  annotations: { "org.opencontainers.image.version": "1.0.0" },
};
const layer = tar(TIMONI_CONTENT_MEDIA_TYPE, { members: ["./timoni.cue"] });

testRule("TIMONI", TIMONI, {
  accepts: {
    "a module": single([tar(TIMONI_CONTENT_MEDIA_TYPE, { members: ["."] }), layer], { ...SPEC, tags: ["1.0.0"] }),
    "a module by its digest": single([layer], SPEC),
    "other layers beside its own": single([raw("x/y"), layer], { ...SPEC, tags: ["latest"] }),
    "a version among other tags": single([layer], { ...SPEC, tags: ["edge", "2.0.0-rc.1"] }),
  },
  refuses: {
    "an index": [index([single([layer], SPEC)]), /does not look into an index/],
    "another config": [single([layer]), /wants a config of media type application\/vnd\.timoni/],
    "other layers alone": [single([tar()], SPEC), /and there is none/],
    "zstd": [single([{ ...layer, compression: "zstd" }], SPEC), /gzip and nothing else/],
    "more than 100 MiB in a layer": [
      single([
        tar(TIMONI_CONTENT_MEDIA_TYPE, {
          members: ["timoni.cue", { path: "a", type: "file", size: 100 * 1024 * 1024 }],
        }),
      ], SPEC),
      /100 MiB of a layer at most/,
    ],
    "a tag with a v": [single([layer], { ...SPEC, tags: ["v1.0.0"] }), /no tag is one/],
    "a path that leads up": [
      single([{ ...layer, members: [{ path: "../timoni.cue", type: "file", size: 1 }] }], SPEC),
      /paths/,
    ],
  },
  notes: {
    "a module without timoni.cue": [single([tar(TIMONI_CONTENT_MEDIA_TYPE)], SPEC), /no timoni\.cue at the root/],
    "a module without a version": [single([layer], { configType: TIMONI_CONFIG_MEDIA_TYPE }), /has no version/],
  },
});
