/**
 * Pushes one sample artifact after the other into a target: `push_loop.ts KIND PATH NAME COUNT`. It writes `ready` when
 * it begins, and `TAG DIGEST` after each tag that is set. Run by tests, which let several of them run at once and kill
 * them.
 */
import type { Target } from "../../../src/pipeline/target.ts";
import { layoutArchive } from "../../../src/plugins/layout/layout_archive_target.ts";
import { layoutDirectory } from "../../../src/plugins/layout/layout_target.ts";
import { sampleArtifact } from "./sample_artifact.ts";
import { testContext } from "./test_context.ts";
import { targetOf } from "../../support/prepared.ts";

const [kind, path = "", name = "", count = ""] = Deno.args;
const context = testContext();
const say = (line: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

const makeTarget = (): Target =>
  kind === "oci-archive"
    ? targetOf(layoutArchive({ reference: { kind, path } }))
    : targetOf(layoutDirectory({ reference: { kind: "oci-layout", path } }));

// The first one takes its time: whoever stops this process wants to stop a push.
makeTarget();
say("ready");
for (let turn = 0; turn < Number(count); turn++) {
  const target = makeTarget();
  const tag = `${name}-${turn}`;
  const artifact = sampleArtifact(`${tag} `.repeat(5_000));
  const tags = [{ name: tag, immutable: true }, { name: "latest", immutable: false }];
  await target.upload(artifact, tags, context);
  await target.tag(artifact, tags, context);
  say(`${tag} ${artifact.manifest.descriptor.digest}`);
  await target.discard(context);
}
