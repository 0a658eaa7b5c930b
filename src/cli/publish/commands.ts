import { Command, Option } from "commander";
import type { SymlinkPolicy } from "../../plugins/collect/directory.ts";
import { keyValue, patternType, repeated, wholeNumber } from "../options.ts";
import { PROFILE_NAMES, type ProfileName } from "../../profiles/profiles.ts";
import { addRegistryFlags, type RegistryFlags } from "../places/flags.ts";

/** How results are written on standard output. */
export type OutputFormat = "text" | "json" | "yaml";

/** The flags of `push` and `plan`, as they were given; what was not given is absent. */
export interface PublishFlags extends RegistryFlags {
  readonly profile?: ProfileName | "auto";
  readonly version?: string;
  readonly latest?: boolean;
  readonly tag?: readonly string[];
  readonly immutable?: boolean;
  readonly force?: boolean;
  readonly annotation?: readonly (readonly [key: string, value: string])[];
  readonly source?: string;
  readonly revision?: string;
  readonly created?: string;
  readonly ignore?: readonly string[];
  readonly ignoreFile?: string;
  readonly defaultIgnores?: boolean;
  readonly symlinks?: SymlinkPolicy;
  readonly artifactType?: string;
  readonly appVersion?: string;
  readonly mediaType?: readonly (readonly [pattern: string, type: string])[];
  readonly compression?: "gzip" | "zstd" | "none";
  readonly compressionLevel?: number;
  readonly stdinName?: string;
  /** `false` when no configuration file is wanted. */
  readonly config?: string | false;
  readonly output?: OutputFormat;
  readonly digestFile?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly stages?: boolean;
}

/** Declares the arguments and flags that `push` and `plan` share. */
export function publishCommand(name: "push" | "plan"): Command {
  const command = new Command(name)
    .argument("[source]", "directory, file, tar or - for standard input")
    .argument("[target...]", "oci://HOST/REPOSITORY[:TAG], oci-layout:PATH[:TAG] or oci-archive:PATH[:TAG]")
    .optionsGroup("Versions and tags:")
    .option("--version <version>", "SemVer: the tag and the version annotation; an existing tag never moves")
    .option("--latest", 'also tag "latest"; not for pre-releases (--latest=false overrides a config)')
    .option("--no-latest", 'do not tag "latest"')
    .option("-t, --tag <tag>", "also tag with this name; repeatable", repeated)
    .option("--immutable", "no tag may move, not only the version")
    .option("--no-immutable", "other tags may move, whatever the configuration file says")
    .option("--force", "let a version tag move")
    .optionsGroup("Content:")
    .addOption(
      new Option("--profile <profile>", "the shape that an ecosystem expects").choices(["auto", ...PROFILE_NAMES]),
    )
    .option("--ignore <pattern>", "leave out what matches, gitignore syntax; repeatable", repeated)
    .option("--ignore-file <path>", "read more patterns from a file")
    .option("--default-ignores", "leave out version control metadata and the profile's list (default)")
    .option("--no-default-ignores", "keep what is left out by default, .git included")
    .addOption(
      new Option("--symlinks <policy>", "what to do with symbolic links").choices(["follow", "skip", "error"]),
    )
    .option("--artifact-type <type>", "the artifact type, with profiles whose consumers leave it open")
    .option(
      "--media-type <pattern=type>",
      "what the files are that match, with profiles that publish each as it is; repeatable",
      (text: string, before?: readonly unknown[]) => [...(before ?? []), patternType(text)],
    )
    .option("--app-version <version>", "the version of the application that a chart installs")
    .addOption(new Option("--compression <kind>", "how layers are compressed").choices(["gzip", "zstd", "none"]))
    .option(
      "--compression-level <level>",
      "gzip 1-9 (default 6), zstd 1-19 (default 3)",
      wholeNumber(1, 19),
    )
    .option("--stdin-name <name>", "what standard input is called in the artifact (default stdin.yaml)")
    .optionsGroup("Metadata:")
    .option(
      "-a, --annotation <key=value>",
      "annotate the manifest; repeatable",
      (text: string, before?: readonly unknown[]) => [...(before ?? []), keyValue(text)],
    )
    .option("--source <url>", "URL of the source repository (default: from CI or git)")
    .option("--revision <revision>", "revision of the source (default: from CI or git)")
    .option("--created <time>", "RFC 3339 (default: SOURCE_DATE_EPOCH, CI or git; never the clock)");
  addRegistryFlags(command);
  command
    .optionsGroup("Output:")
    .addOption(new Option("-o, --output <format>", "what is printed").choices(["text", "json", "yaml"]))
    .option("--config <path>", "configuration file (default: gantry.jsonc, .json, .yaml or .yml beside the source)")
    .option("--no-config", "read no configuration file")
    .option("-q, --quiet", "print nothing but results and errors")
    .option("-v, --verbose", "print what happens");
  if (name === "plan") {
    command.option(
      "--stages",
      "show which plugins run in which order, and who decided each; loads them, and lets none work",
    );
  }
  if (name === "push") {
    command
      .option("--digest-file <path>", "write the digest to a file")
      .option("--dry-run", "make a plan and contact nobody");
  }
  return command;
}
