/** A profile of the user's own: what an ecosystem expects that gantry knows nothing of, said without code. */
export interface OwnProfile {
  /** The type of the artifact (RFC 6838); one of this and a config there must be. */
  readonly artifactType?: string;
  /** The config; OCI's empty one when left out. */
  readonly config?: OwnConfig;
  /** In the order of the manifest. A file goes into the first one whose patterns match it. */
  readonly layers: readonly OwnLayer[];
  /** The ecosystem's own ignore file, at the root of the source, in gitignore syntax. */
  readonly ignoreFile?: string;
  /** Patterns of what is left out by default, in gitignore syntax. */
  readonly ignore?: readonly string[];
  /** Annotations of the manifest, where nobody says others; `{version}` stands for the version. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where the source itself says its version. */
  readonly version?: OwnVersion;
  /** How a version is written as a tag, with `{version}` in it; as it is when left out. */
  readonly tag?: string;
  /** Whether an artifact without any tag is of no use. */
  readonly needsTag?: boolean;
}

/** The config of an {@linkcode OwnProfile}: its content is exactly one of `file`, `json` and `text`. */
export interface OwnConfig {
  /** What it is (RFC 6838). */
  readonly mediaType: string;
  /** A file of the source, published as it is. */
  readonly file?: string;
  /**
   * JSON. In its texts `{version}` stands for the version; a text that is `{digests}` or `{diffIds}` stands for the
   * list of the digests of all layers, as they are or before compression.
   */
  readonly json?: unknown;
  /** A text, published as it is. */
  readonly text?: string;
}

/** One layer of an {@linkcode OwnProfile}, or one for each file. */
export interface OwnLayer {
  /** Which files: patterns in gitignore syntax. */
  readonly files: readonly string[];
  /** How they are packed; `raw` makes a layer of each file, as it is. */
  readonly as: "raw" | "tar" | "tar+gzip" | "zip";
  /** What the layer is (RFC 6838). */
  readonly mediaType: string;
  /** A directory that all paths begin with, in the archive and in titles. */
  readonly prefix?: string;
  /**
   * The title of the layer: none for an archive and the path for a file when left out, none when empty. `{version}`
   * stands for the version, and for a file `{path}` for its path and `{name}` for its name.
   */
  readonly title?: string;
  /** Annotations of the layer; `{version}` stands for the version. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where a source says its version. */
export interface OwnVersion {
  /** A file in JSON or YAML. */
  readonly file: string;
  /** Where in it, as a JSON Pointer (RFC 6901) such as `/version`. */
  readonly at: string;
}

/** A declared profile with its name, and the place of each part for messages. */
export interface DeclaredProfile {
  readonly name: string;
  readonly declared: OwnProfile;
  /** Says where a part of the declaration stands, such as `gantry.jsonc:14:5`. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}
