import type { RegistryReference } from "../../../oci/reference.ts";
import type { PluginFactory } from "../../../pipeline/plugin.ts";
import type { StageName } from "../../../pipeline/stage_error.ts";
import { env } from "../../../plugins/annotate/env.ts";
import { git } from "../../../plugins/annotate/git.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { flux } from "../../../profiles/flux.ts";
import { generic } from "../../../profiles/generic.ts";
import { image } from "../../../profiles/image.ts";
import { timoni } from "../../../profiles/timoni.ts";
import { directory } from "../../../plugins/collect/directory.ts";
import { file } from "../../../plugins/collect/file.ts";
import { stdin } from "../../../plugins/collect/stdin.ts";
import { tar } from "../../../plugins/collect/tar.ts";
import { ignore } from "../../../plugins/filter/ignore.ts";
import { layoutArchive } from "../../../layout/tar/target.ts";
import { layoutDirectory } from "../../../layout/directory/target.ts";
import { createRegistryClient } from "../../../registry/client.ts";
import { registry } from "../../../registry/target.ts";
import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { BUILT_IN_NAMES } from "../../built_in_names.ts";

/** A factory for each name. */
export type BuiltInCatalogue = {
  readonly [S in StageName]: { readonly [N in typeof BUILT_IN_NAMES[S][number]]: PluginFactory };
};

/** The built-in plugins to look at and not to run: they have none of the means of a run. */
export function builtInCatalogue(): BuiltInCatalogue {
  return {
    collect: {
      directory: directory(),
      file: file(),
      stdin: stdin({ read: () => ReadableStream.from([]) }),
      tar: tar(),
    },
    filter: { ignore: ignore() },
    archive: { generic: generic(), flux: flux(), timoni: timoni(), image: image() },
    annotate: { static: staticAnnotations(), env: env(), git: git({ directory: "." }) },
    upload: { registry: someRegistry, "oci-layout": someLayout, "oci-archive": someArchive },
    tag: { version: version({ version: undefined }), static: staticTags(), latest: latest({ version: undefined }) },
  };
}

const someRegistry: PluginFactory = (kit) => {
  const reference: RegistryReference = { kind: "registry", host: "registry.example", repository: "repository" };
  const client = createRegistryClient({ host: reference.host });
  try {
    return registry({ reference, client })(kit);
  } finally {
    client.close();
  }
};

const someLayout: PluginFactory = layoutDirectory({ reference: { kind: "oci-layout", path: "layout" } });
const someArchive: PluginFactory = layoutArchive({ reference: { kind: "oci-archive", path: "layout.tar" } });
