/** What conftest itself says stands beside this in tests/interop/judged_test.ts. */
import { CONFTEST } from "../../src/consumers/conftest.ts";
import { CONFTEST_POLICY_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { raw, single, tar, testRule } from "../support/judged.ts";

const TITLE = "org.opencontainers.image.title";
const policy = raw(CONFTEST_POLICY_MEDIA_TYPE, { [TITLE]: "policy/deny.rego" });
const tree = { [TITLE]: ".", "io.deis.oras.content.unpack": "true" };

testRule("CONFTEST", CONFTEST, {
  accepts: {
    "policies": single([policy]),
    "policies in a tree": single([tar(undefined, { annotations: tree, members: ["policy/deny.rego"] })]),
  },
  refuses: {
    "a layer without a title": [single([tar()]), /none has/],
    "titles that lead out": [single([policy, raw("x/y", { [TITLE]: "../a.rego" })]), /lead out/],
    "a large layer without a title": [
      single([policy, tar(undefined, { size: 4 * 1024 * 1024 + 1 })]),
      /in memory, 4 MiB at most/,
    ],
  },
  notes: {
    "data alone": [single([raw("x/y", { [TITLE]: "data.json" })]), /no policy/],
    "a tree without policies": [single([tar(undefined, { annotations: tree })]), /no policy/],
  },
});
