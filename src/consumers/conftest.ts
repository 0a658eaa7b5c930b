import type { JudgedArtifact } from "./artifact.ts";
import { type Consumer, type Finding, note, refuse } from "./consumer.ts";
import { allLayers, fileStore, isUnpacked, titleOf } from "./oras_file_store.ts";

/** conftest, which pulls policies. */
export const CONFTEST: Consumer = {
  what: "conftest: conftest pull and conftest test --update",
  version: "conftest 0.71.1, oras-go 2.6.2",
  source: "https://github.com/open-policy-agent/conftest/blob/v0.71.1/downloader/oci_getter.go",
  judge,
};

/** What is kept in memory of a layer without a title, in bytes. */
const UNNAMED_LIMIT = 4 * 1024 * 1024;

/** Types are never looked at: each layer is written under its title. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  yield* fileStore(artifact, "conftest");
  const layers = allLayers(artifact);
  if (layers.some((layer) => titleOf(layer) === undefined && layer.descriptor.size > UNNAMED_LIMIT)) {
    yield refuse("conftest keeps layers without a title in memory, 4 MiB at most, and one has more", "Give it a title");
  }
  const names = layers.flatMap((layer) =>
    isUnpacked(layer) ? layer.members.map(({ path }) => path) : titleOf(layer) ?? []
  );
  if (!names.some((name) => name.endsWith(".rego"))) {
    yield note("There is no policy (.rego): conftest pulls it and has nothing to test with");
  }
}
