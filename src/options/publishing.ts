import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../oci/annotation_keys.ts";
import { parseConsumers } from "../consumers/consumers.ts";
import { isMediaType } from "../oci/media_types.ts";
import { parseReference, REFERENCE_PATTERN, referenceForms } from "../oci/reference.ts";
import type { Compression } from "../pack/compression.ts";
import type { SignFormat } from "../sign/sign_format.ts";
import type { SymlinkPolicy } from "../plugins/collect/walk.ts";
import { PROFILE_NAMES } from "../profiles/profiles.ts";
import { IMAGE, type ImageOptions } from "./image.ts";
import { NAMING } from "./naming.ts";
import type { OptionOf } from "./option.ts";
import { REACHING } from "./registry.ts";
import { SIGNING } from "./signing.ts";

/** What can be said about publishing. The names are those of the configuration file. */
export interface Publishing extends ImageOptions {
  /** What is published: a directory, a file, a tar, or `-` for standard input. */
  readonly source?: string;
  /** Where to: `oci://HOST/REPOSITORY[:TAG]`, `oci-layout:PATH[:TAG]` or `oci-archive:PATH[:TAG]`. */
  readonly targets?: readonly string[];
  /** SemVer: a tag that never moves, and an annotation. Only some profiles take build metadata. */
  readonly version?: string;
  /** Whether to tag `latest` as well. */
  readonly latest?: boolean;
  /** Further tags, which may move. */
  readonly tags?: readonly string[];
  /** Whether no tag may move, not only the version. */
  readonly immutable?: boolean;
  /** Whether even the version's tag may move. */
  readonly force?: boolean;
  /** Whether to publish only what differs from what the targets hold already. */
  readonly ifChanged?: boolean;
  /** The tag that it is compared with then; the latest version, or the tags that would be set, when left out. */
  readonly ifChangedFrom?: string;
  /** The shape that an ecosystem expects, such as `flux`; `auto` chooses by what lies in the source. */
  readonly profile?: string;
  /** Patterns of what to leave out, in gitignore syntax. */
  readonly ignore?: readonly string[];
  /** A file with more patterns. */
  readonly ignoreFile?: string;
  /** Whether to leave out what is left out by default, such as `.git`. */
  readonly defaultIgnores?: boolean;
  /** What to do with symbolic links. */
  readonly symlinks?: SymlinkPolicy;
  /** Who has to accept it, such as `flux` or `argocd,helm`; what one of them would refuse is not published. */
  readonly consumers?: readonly string[];
  /** The artifact type, for profiles whose consumers leave it open. */
  readonly artifactType?: string;
  /** The version of the application that a chart installs, in the place of the one in `Chart.yaml`. */
  readonly appVersion?: string;
  /** The media types of files, by patterns in gitignore syntax, for profiles that publish each as it is. */
  readonly mediaTypes?: Readonly<Record<string, string>>;
  /** Whether a bundle is for Trivy, and not for OPA. */
  readonly trivy?: boolean;
  /** How layers are compressed. */
  readonly compression?: Compression["kind"];
  /** How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd. */
  readonly compressionLevel?: number;
  /** What standard input is called in the artifact. */
  readonly stdinName?: string;
  /** Annotations of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** A file with more of them: an object of strings in JSON or YAML. */
  readonly annotationFile?: string;
  /** Keys that sign it before any tag points to it: paths of PEM files, `env://NAME`, or `exec:PROGRAM`. */
  readonly sign?: readonly string[];
  /** In which forms it is signed. */
  readonly signFormat?: SignFormat;
  /** Whether it is signed without a key: in the name of this CI job, which stands in a public log after that. */
  readonly signKeyless?: boolean;
  /** The path of sigstore's signing configuration: which services sign without a key; the public ones when left out. */
  readonly signingConfig?: string;
  /** The path of sigstore's trusted root: what is signed without a key is verified with it, and not signed again. */
  readonly trustedRoot?: string;
  /** Whether to say how it was made: SLSA provenance, signed by the same keys. */
  readonly provenance?: boolean;
  /** Files that list what is in it, SPDX or CycloneDX in JSON, attached and signed by the same keys. */
  readonly sboms?: readonly string[];
  /** Whether layers that were packed before are taken from the cache. */
  readonly cache?: boolean;
  /** Where the cache is; there is none when left out. */
  readonly cacheDirectory?: string;
  /** How many blobs are sent at a time. */
  readonly concurrency?: number;
  /** How often a failed request is repeated. */
  readonly retries?: number;
  /** How long a request may make no progress, in milliseconds. */
  readonly timeout?: number;
  /** The URL of the source repository; from the CI system or git when left out. */
  readonly sourceUrl?: string;
  /** The revision of the source; from the CI system or git when left out. */
  readonly revision?: string;
  /** When it was made, RFC 3339; from `SOURCE_DATE_EPOCH`, the CI system or git when left out, never from the clock. */
  readonly created?: string;
}

const content = "Content:";
const metadata = "Metadata:";

/** Every option of {@linkcode Publishing}: a row each. The help has them in the order of their headings. */
export const PUBLISHING = {
  source: {
    kind: { kind: "path", orStdin: true },
    field: "What is published: a directory or a file, relative to this file, or - for standard input.",
  },
  profile: {
    kind: { kind: "choice", words: ["auto", ...PROFILE_NAMES], isOpen: true },
    default: "auto",
    field:
      "The shape that an ecosystem expects, or the name of one of your own; auto chooses by what the source holds.",
    flag: { group: content, argument: "<profile>", help: "the shape that an ecosystem expects" },
  },
  consumers: {
    kind: { kind: "texts", parse: parseConsumers },
    default: [],
    field: "Who has to accept it, such as flux or argocd; what one of them would refuse is not published.",
    flag: {
      group: content,
      name: "for",
      argument: "<consumer,...>",
      help: 'who has to accept it, such as flux,argocd; see "gantry consumers"; repeatable',
    },
  },
  targets: {
    kind: {
      kind: "texts",
      parse: parseReference,
      pattern: REFERENCE_PATTERN,
      atLeastOne: "must name at least one target",
      are: "references",
    },
    default: [],
    field: `Where to publish: ${referenceForms("[:TAG]")}, ` +
      "paths relative to this file.",
  },
  ...NAMING,
  annotations: {
    kind: { kind: "pairs" },
    default: {},
    counts: "key",
    field: "Annotations of the manifest.",
    flag: {
      group: metadata,
      name: "annotation",
      short: "a",
      argument: "<key=value>",
      help: "annotate the manifest; repeatable",
    },
  },
  annotationFile: {
    kind: { kind: "path" },
    file: "annotations",
    field: "A file with more annotations, an object of strings in JSON or YAML, relative to this file.",
    flag: { group: metadata, argument: "<path>", help: "read more annotations from a JSON or YAML file" },
  },
  ignore: {
    kind: { kind: "texts" },
    default: [],
    counts: "all",
    field: "Patterns of what to leave out, in gitignore syntax.",
    plugins: ["filter/ignore.patterns"],
    flag: { group: content, argument: "<pattern>", help: "leave out what matches, gitignore syntax; repeatable" },
  },
  ignoreFile: {
    kind: { kind: "path" },
    field: "A file with more patterns, relative to this file.",
    flag: { group: content, argument: "<path>", help: "read more patterns from a file" },
  },
  defaultIgnores: {
    kind: { kind: "switch" },
    default: true,
    field: "Whether to leave out what is left out by default, such as .git.",
    flag: {
      group: content,
      help: "leave out version control metadata and the profile's list (default)",
      no: "keep what is left out by default, .git included",
    },
  },
  symlinks: {
    kind: { kind: "choice", words: ["follow", "skip", "error"] },
    default: "follow",
    field: "What to do with symbolic links.",
    plugins: ["collect/directory.symlinks", "collect/tar.symlinks"],
    flag: { group: content, argument: "<policy>", help: "what to do with symbolic links" },
  },
  artifactType: {
    kind: { kind: "text", parse: parseArtifactType },
    field: "The artifact type, for profiles whose consumers leave it open.",
    plugins: ["archive/*.artifactType"],
    flag: {
      group: content,
      argument: "<type>",
      help: "the artifact type, with profiles whose consumers leave it open",
    },
  },
  appVersion: {
    kind: { kind: "text" },
    field: "The version of the application that a chart installs, in the place of the one in Chart.yaml.",
    plugins: ["archive/*.appVersion"],
    flag: { group: content, argument: "<version>", help: "the version of the application that a chart installs" },
  },
  mediaTypes: {
    kind: {
      kind: "pairs",
      key: "a pattern",
      isValue: isMediaType,
      rule: "a media type, such as application/json",
      split: "last",
    },
    field: "The media types of files, by patterns in gitignore syntax, for profiles that publish each as it is.",
    plugins: ["archive/*.mediaTypes"],
    flag: {
      group: content,
      name: "media-type",
      argument: "<pattern=type>",
      help: "what the files are that match, with profiles that publish each as it is; repeatable",
    },
  },
  ...IMAGE,
  trivy: {
    kind: { kind: "switch" },
    field: "Whether a bundle is for Trivy, and not for OPA.",
    plugins: ["archive/*.trivy"],
    flag: { group: content, help: "with profile opa: a bundle for Trivy, and not for OPA" },
  },
  compression: {
    kind: { kind: "choice", words: ["gzip", "zstd", "none"] },
    default: "gzip",
    field: "How layers are compressed.",
    plugins: ["archive/*.compression"],
    flag: { group: content, argument: "<kind>", help: "how layers are compressed" },
  },
  compressionLevel: {
    kind: { kind: "whole number", least: 1, most: 19 },
    field: "How hard to compress: 1 to 9 for gzip, 1 to 19 for zstd.",
    plugins: ["archive/*.compressionLevel"],
    flag: {
      group: content,
      argument: "<level>",
      help: "gzip 1-9 (default 6), zstd 1-19 (default 3)",
    },
  },
  cache: {
    kind: { kind: "switch" },
    default: true,
    flag: {
      group: content,
      help: "take layers that were packed before from the cache (default)",
      no: "pack everything anew, and keep nothing",
    },
  },
  cacheDirectory: { kind: { kind: "path" }, variable: "GANTRY_CACHE" },
  concurrency: REACHING.concurrency,
  retries: REACHING.retries,
  timeout: REACHING.timeout,
  stdinName: {
    kind: { kind: "text", parse: parseFileName },
    default: "stdin.yaml",
    field: "What standard input is called in the artifact.",
    plugins: ["collect/stdin.name"],
    flag: {
      group: content,
      argument: "<name>",
      help: "what standard input is called in the artifact (default stdin.yaml)",
    },
  },
  sourceUrl: {
    kind: { kind: "text", mayBeEmpty: true },
    annotation: SOURCE_ANNOTATION,
    flag: {
      group: metadata,
      name: "source",
      argument: "<url>",
      help: "URL of the source repository (default: from CI or git)",
    },
  },
  revision: {
    kind: { kind: "text", mayBeEmpty: true },
    annotation: REVISION_ANNOTATION,
    flag: { group: metadata, argument: "<revision>", help: "revision of the source (default: from CI or git)" },
  },
  created: {
    kind: { kind: "text", mayBeEmpty: true },
    annotation: CREATED_ANNOTATION,
    flag: {
      group: metadata,
      argument: "<time>",
      help: "RFC 3339 (default: SOURCE_DATE_EPOCH, CI or git; never the clock)",
    },
  },
  sign: SIGNING.sign,
  signFormat: SIGNING.signFormat,
  signKeyless: SIGNING.signKeyless,
  signingConfig: SIGNING.signingConfig,
  trustedRoot: SIGNING.trustedRoot,
  provenance: SIGNING.provenance,
  sboms: SIGNING.sboms,
} as const satisfies {
  readonly [Name in keyof Publishing]-?: OptionOf<NonNullable<Publishing[Name]>> & { readonly file?: keyof Publishing };
};

/** The name of an option of publishing. */
export type PublishingName = keyof typeof PUBLISHING;

/** The options without which nothing works: each has a default. */
type Needed = {
  readonly [Name in PublishingName]: (typeof PUBLISHING)[Name] extends { readonly default: unknown } ? Name : never;
}[PublishingName];

/** What counts: every option that was said or has a default. */
export type Chosen = Publishing & Required<Pick<Publishing, Needed>>;

function parseArtifactType(text: string): string {
  if (isMediaType(text)) return text;
  throw new SyntaxError(
    `Cannot use artifact type ${JSON.stringify(text)}: it must be a media type, such as application/vnd.acme.config.v1`,
  );
}

function parseFileName(name: string): string {
  if (name !== "" && !/[\\/]/.test(name) && name !== "." && name !== "..") return name;
  throw new SyntaxError(`Cannot call standard input ${JSON.stringify(name)}: it must be the name of a file`);
}
