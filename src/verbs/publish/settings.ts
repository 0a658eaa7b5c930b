import { resolve } from "node:path";
import { formatReference, parseReference, type Reference, withLocalPath } from "../../oci/reference.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { Chosen } from "../../options/publishing.ts";
import { type OptionLayer, type Wanted, wantedOf } from "../../options/wanted.ts";
import { type Compression, GZIP_LEVEL } from "../../pack/compression.ts";
import type { Attributed } from "../../pipeline/values.ts";
import type { ProfileName } from "../../profiles/profiles.ts";
import { givenAnnotations } from "./given_annotations.ts";
import { listLayer, refuseUnused } from "./list_layer.ts";
import type { Spell } from "../../options/spell.ts";
import type { Places, PublishOptions } from "./publish_options.ts";
import { type WrittenPipeline, writtenPipeline } from "./stages/written_entries.ts";

/** What shall be published, and how: everything that was said, checked, and each value with its origin. */
export interface Settings extends Omit<Chosen, "source" | "profile" | "targets" | "annotations" | "compression"> {
  /** Who wants what. */
  readonly wanted: Wanted;
  /** The lists of plugins. */
  readonly written: WrittenPipeline;
  /** Where they, and the fields of the configuration, stand. */
  readonly places: Places;
  /** What messages call an option. */
  readonly spell: Spell;
  readonly profile: ProfileName | "auto";
  /** A path or `-`. */
  readonly source: string;
  readonly targets: readonly Reference[];
  /** Where the version is from when the source itself gives it. */
  readonly versionFrom?: string;
  /** Annotations that were given, each with who gave it. */
  readonly annotations: Readonly<Record<string, Attributed>>;
  readonly compression: Compression;
}

/**
 * Says what is wanted: the caller's options over the lists of plugins over the fields of the configuration over the
 * defaults.
 *
 * @throws {OptionsError} Names the first thing that is wrong.
 */
export async function settingsOf(options: PublishOptions): Promise<Settings> {
  const { configuration, usually = {}, spell = (name) => name } = options;
  const { written, places } = writtenPipeline(options);
  const caller: OptionLayer = {
    by: "caller",
    values: options,
    origin: (name) => ({ name: spell(name), place: spell(name) }),
  };
  const byDefault: OptionLayer = {
    by: "default",
    values: usually,
    origin: () => ({ name: "default", place: "default" }),
  };
  const fields = configuration === undefined ? [] : [configurationLayer(configuration)];
  refuseUnused(written, wantedOf([...fields, caller]));
  const listed = await listLayer(written, [...fields, caller], places);
  const wanted = wantedOf([byDefault, ...fields, ...listed, caller]);
  const { values } = wanted;
  const { source } = values;
  if (source === undefined) {
    throw new OptionsError("There is no source: name a directory, a file or - for standard input");
  }
  return {
    ...values,
    wanted,
    written,
    places,
    spell,
    source,
    // One of them, or it would have been refused.
    profile: values.profile as ProfileName | "auto",
    targets: references(values.targets),
    annotations: await givenAnnotations(wanted),
    compression: compressionOf(values),
  };
}

function configurationLayer({ path, values, places }: NonNullable<PublishOptions["configuration"]>): OptionLayer {
  return { by: "configuration", values, origin: (name) => ({ name: path, place: places.at([name]) }) };
}

function references(texts: readonly string[]): readonly Reference[] {
  const references = texts.map((text) => parseReference(text));
  const seen = new Set<string>();
  for (const reference of references) {
    // Two ways to write one path are one target.
    const text = formatReference(withLocalPath(reference, (path) => resolve(path)));
    if (seen.has(text)) throw new OptionsError(`The target ${formatReference(reference)} is named twice`);
    seen.add(text);
  }
  return references;
}

/** Each worker costs some 17 MiB; with more of them a large layer takes more than 200 MiB in all. */
const WORKER_LIMIT = 2;

function compressionOf({ compression: kind, compressionLevel: level }: Chosen): Compression {
  if (kind === "none") {
    if (level !== undefined) throw new OptionsError('Cannot use a compression level with compression "none"');
    return { kind };
  }
  if (kind === "zstd") return { kind, level: level ?? 3 };
  if (level !== undefined && level > 9) {
    throw new OptionsError(`Cannot use compression level ${level} with gzip: 9 is the most`);
  }
  return { kind, level: level ?? GZIP_LEVEL, workers: Math.min(navigator.hardwareConcurrency, WORKER_LIMIT) };
}
