import { dirname, join } from "node:path";
import { makeTemporaryDirectory } from "../../system/temporary_directory.ts";
import { prepare } from "../../driver/prepare.ts";
import { createHost } from "../../host/create_host.ts";
import { annotate } from "../../pipeline/annotate.ts";
import { archive } from "../../pipeline/archive.ts";
import { collect } from "../../pipeline/collect.ts";
import type { Factory, Stage, StageIO } from "../../pipeline/plugin.ts";
import type { ReadyOf } from "../../pipeline/ready_plugin.ts";
import { type Artifact, distinct, type Uploaded } from "../../pipeline/values.ts";
import { staticAnnotations } from "../../plugins/annotate/static.ts";
import { generic } from "../../profiles/generic.ts";
import { directory } from "../../plugins/collect/directory.ts";
import type { Context } from "../../work/context.ts";
import type { TagName } from "../../store/store.ts";

/**
 * Gives the directory that plugins are tested on: the one that was named, or a temporary one that is gone afterwards.
 */
export async function withFixture<T>(named: string | undefined, use: (directory: string) => Promise<T>): Promise<T> {
  if (named !== undefined) return await use(named);
  const temporary = await makeTemporaryDirectory({ prefix: "gantry-fixture-" });
  const directory = join(temporary.path, "fixture");
  try {
    for (const [path, text] of Object.entries(FILES)) {
      const target = join(directory, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, text);
    }
    await Deno.chmod(join(directory, "bin/run.sh"), 0o755);
    return await use(directory);
  } finally {
    await temporary.remove();
  }
}

/** One file of each kind that plugins look for. */
const FILES: Readonly<Record<string, string>> = {
  "README.md": "# A fixture\n",
  "VERSION": "1.2.3\n",
  "bin/run.sh": "#!/bin/sh\necho hello\n",
  "deploy/app.draft.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: next\n",
  "deploy/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n",
  "deploy/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  key: not-a-real-one\n",
  "kustomization.yaml": "resources:\n  - deploy/app.yaml\n  - deploy/secret.yaml\n",
};

const TAGS: readonly TagName[] = [{ name: "1.2.3", immutable: true }, { name: "latest", immutable: false }];
const ANNOTATIONS = {
  "org.opencontainers.image.source": { value: "https://git.example/acme/app", from: "the fixture" },
  "org.opencontainers.image.version": { value: "1.2.3", from: "the fixture" },
};

/** Makes what flows where a plugin stands when a directory is published as `generic`. */
export async function fixtureInput(stage: Stage, location: string, context: Context): Promise<StageIO[Stage]["in"]> {
  const artifact = await artifactOf(location, context);
  const { source, entries, dropped, archive, annotations, manifest } = artifact;
  switch (stage) {
    case "collect":
    case "before:collect":
      return source;
    case "filter":
    case "archive":
      return { entries };
    case "after:collect":
    case "before:filter":
      return { source, entries };
    case "after:filter":
    case "before:archive":
      return { source, entries, dropped };
    case "after:archive":
    case "before:annotate":
      return { source, entries, dropped, archive };
    case "annotate":
      return {
        entries,
        config: archive.config.descriptor,
        layers: archive.layers.map(({ descriptor }) => descriptor),
        known: {},
      };
    case "after:annotate":
    case "before:upload":
      return artifact;
    case "upload":
      return { manifest, blobs: distinct([archive.config, ...archive.layers]), tags: TAGS };
    case "after:upload":
    case "before:tag":
      return uploadedOf(artifact);
    case "tag":
      return { digest: manifest.descriptor.digest, annotations };
    case "after:tag": {
      const { tags, receipts, ...rest } = uploadedOf(artifact);
      return {
        ...rest,
        published: receipts.map((receipt) => ({ ...receipt, tags: tags.map(({ name }) => ({ tag: name })) })),
      };
    }
  }
}

async function artifactOf(location: string, context: Context): Promise<Artifact> {
  const collected = await collect([await ready(directory(), { symlinks: "follow" })])({ location }, context);
  const archiver = await ready(generic(), { compression: "gzip", artifactType: "application/vnd.acme.fixture.v1" });
  const packed = await archive(archiver)({ ...collected, dropped: [] }, context);
  return await annotate([await ready(staticAnnotations({ given: ANNOTATIONS }), {})])(packed, context);
}

function uploadedOf(artifact: Artifact): Uploaded {
  const { archive, manifest } = artifact;
  const uploaded = [...distinct([archive.config, ...archive.layers]), manifest].map(({ descriptor }) => descriptor);
  const bytesSent = uploaded.reduce((sum, { size }) => sum + size, 0);
  return {
    ...artifact,
    tags: TAGS,
    receipts: [{ url: "oci://registry.example/acme/app", uploaded, existing: [], bytesSent }],
  };
}

async function ready<S extends Stage, O>(factory: Factory<S, O>, options: O): Promise<ReadyOf<S>> {
  const host = createHost({ version: "0.0.0", mode: "plan", env: () => undefined });
  const { plugin } = await prepare<S>(factory, { options, checked: true }, host);
  // With options that are not checked there are no problems.
  if (plugin === undefined) throw new TypeError("Cannot prepare a built-in plugin");
  return plugin;
}
