import { parseReference, type Reference } from "../../oci/reference.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { Chosen } from "../../options/publishing.ts";
import { type OptionLayer, type Wanted, wantedOf } from "../../options/wanted.ts";
import { type Compression, GZIP_LEVEL } from "../../pack/compression.ts";
import type { Attributed } from "../../pipeline/values.ts";
import { formatPath } from "../../driver/format_path.ts";
import { parsePlace } from "../../places/open_store.ts";
import { chooseProfile, type ChosenProfile, type OwnProfiles } from "./choose_profile.ts";
import { withFilesRead } from "./file_layers.ts";
import { givenAnnotations } from "./given_annotations.ts";
import { listLayer, refuseUnused } from "./list_layer.ts";
import { type Spell, spellOption } from "../../options/spell.ts";
import type { ConfiguredOptions } from "./publish_options.ts";
import { type SaidPipeline, writtenPipeline } from "./stages/written_entries.ts";

/** What shall be published, and how: everything that was said, checked, and each value with its origin. */
export interface Settings
  extends SaidPipeline, Omit<Chosen, "source" | "profile" | "targets" | "base" | "annotations" | "compression"> {
  /** Who wants what. */
  readonly wanted: Wanted;
  /** What messages call an option. */
  readonly spell: Spell;
  /** The profile, and why it is this one. */
  readonly profile: ChosenProfile;
  /** A path or `-`. */
  readonly source: string;
  readonly targets: readonly Reference[];
  /** The image that an image is built on. */
  readonly base?: Reference;
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
export async function settingsOf(options: ConfiguredOptions): Promise<Settings> {
  const { configuration, usually = {}, spell = spellOption } = options;
  const said = writtenPipeline(options);
  const { written, positions } = said;
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
  const fields = configuration === undefined ? [] : await withFilesRead(configurationLayer(configuration));
  const callers = await withFilesRead(caller);
  refuseUnused(written, wantedOf([...fields, ...callers]));
  const listed = await listLayer(written, [...fields, ...callers], positions);
  const wanted = wantedOf([byDefault, ...fields, ...listed, ...callers]);
  const { base, ...values } = wanted.values;
  const { source } = values;
  if (source === undefined) {
    throw new OptionsError("There is no source: name a directory, a file or - for standard input");
  }
  return {
    ...values,
    ...said,
    wanted,
    spell,
    source,
    targets: values.targets.map((text) => parseReference(text)),
    ...(base === undefined ? {} : { base: parsePlace(base) }),
    annotations: givenAnnotations(wanted),
    compression: compressionOf(values),
    profile: await chooseProfile({ profile: values.profile, source, wanted, own: ownProfiles(options) }),
  };
}

function ownProfiles({ profiles, configuration }: ConfiguredOptions): OwnProfiles {
  return profiles === undefined && configuration !== undefined
    ? { declared: configuration.values.profiles ?? {}, placeOf: configuration.positions.at }
    : { declared: profiles ?? {}, placeOf: (path) => `option ${formatPath(path)}` };
}

function configurationLayer({ path, values, positions }: NonNullable<ConfiguredOptions["configuration"]>): OptionLayer {
  return { by: "configuration", values, origin: (name) => ({ name: path, place: positions.at([name]) }) };
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
  return { kind, level: level ?? GZIP_LEVEL, workers: Math.min(navigator.hardwareConcurrency - 1, WORKER_LIMIT) };
}
