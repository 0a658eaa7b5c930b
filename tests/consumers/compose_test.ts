import { COMPOSE } from "../../src/consumers/compose.ts";
import type { JudgedLayer } from "../../src/consumers/artifact.ts";
import { EMPTY_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { index, raw, single, type SingleSpec, tar, testRule } from "../support/judged.ts";

const SPEC: SingleSpec = { artifactType: "application/vnd.docker.compose.project", configType: EMPTY_MEDIA_TYPE };
const FILE = "application/vnd.docker.compose.file+yaml";
const ENV = "application/vnd.docker.compose.envfile";
const file = (name = "compose.yaml"): JudgedLayer => raw(FILE, { "com.docker.compose.file": name });

testRule("COMPOSE", COMPOSE, {
  accepts: {
    "a project": single([file(), raw(ENV, { "com.docker.compose.envfile": ".env" })], SPEC),
    "a project as it was before OCI 1.1": single([file()], {
      configType: "application/vnd.docker.compose.config.empty.v1+json",
    }),
    "a project in an index": index([single([tar()])], [single([file()], SPEC)]),
    "a file without a name": single([raw(FILE)], SPEC),
  },
  refuses: {
    "another artifact type": [single([file()]), /wants the artifact type/],
    "an index of others": [index([single([tar()])]), /looks in an index for a manifest/],
    "no file": [single([raw("application/yaml")], SPEC), /as layers of media type .* and there is none/],
    "a packed file": [single([tar(FILE)], SPEC), /unpacks nothing/],
    "a compressed file": [single([raw(FILE, {}, { compression: "gzip" })], SPEC), /unpacks nothing/],
    "an env file without a name": [single([file(), raw(ENV)], SPEC), /wants com\.docker\.compose\.envfile on each/],
    "names with directories": [
      single([file("sub/a.yaml"), file("b\\c.yaml")], SPEC),
      /names with a directory: "sub\/a\.yaml", "b\\\\c\.yaml"/,
    ],
  },
});
