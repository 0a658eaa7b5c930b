/** What an artifact was refused for. The command line knows which flag may allow it. */
export type ExtractionRule =
  /** A path that leads out of the directory, or is none. */
  | "path"
  /** A name that not every system can hold, or can tell from another one. */
  | "name"
  /** The same path twice, or a path that is a file and a directory. */
  | "conflict"
  /** A symbolic link where none is taken. */
  | "link"
  /** A symbolic link that leads out, or a path that goes through one. */
  | "link-target"
  /** A hard link. */
  | "hard-link"
  /** A device, a named pipe, a sparse file. */
  | "kind"
  /** More bytes than are allowed. */
  | "size"
  /** More files and directories than are allowed. */
  | "entries"
  /** More bytes than such a small archive may hold. */
  | "ratio"
  /** A path with too many bytes. */
  | "path-length"
  /** A path with too many parts. */
  | "depth"
  /** An archive that is damaged, or none. */
  | "archive"
  /** A layer that cannot be placed, or a choice between layers. */
  | "layer"
  /** A choice between platforms. */
  | "platform"
  /** A choice between manifests that no platform makes. */
  | "index"
  /** Something else is there already. */
  | "changed";

/** An artifact was not extracted, and nothing of it is visible. The message says what is wrong with which part. */
export class ExtractionError extends Error {
  /** The name of the class. */
  override readonly name = "ExtractionError";
  /** Which rule it broke. */
  readonly rule: ExtractionRule;

  /** Says which rule was broken, and by what. */
  constructor(rule: ExtractionRule, message: string, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
  }
}

/** Refuses a member of a layer, or a layer that is a file. */
export type Refuse = (path: string, rule: ExtractionRule, why: string) => never;

/**
 * Makes the function that refuses what is in a layer.
 *
 * @param what What messages call the layer.
 */
export function refuser(what: string): Refuse {
  return (path, rule, why) => {
    throw new ExtractionError(rule, `Cannot unpack ${shorten(path)} from ${what}: ${why}`);
  };
}

/** Writes a text of an artifact for people: in quotes, without control characters, and not too long. */
export function shorten(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
