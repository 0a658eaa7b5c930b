import type { JudgedArtifact } from "./artifact.ts";
import type { Consumer, Finding } from "./consumer.ts";
import { fileStore } from "./oras_file_store.ts";

/** oras, which pulls files. */
export const ORAS: Consumer = {
  what: "oras: oras pull",
  version: "oras 1.3.6, oras-go 2.7.0",
  source: "https://github.com/oras-project/oras-go/blob/v2.7.0/content/file/file.go",
  judge,
};

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  yield* fileStore(artifact, "oras");
}
