import { formatPlatform, parsePlatform } from "../oci/platform.ts";
import { formatReference, parseReference } from "../oci/reference.ts";
import type { OptionOf } from "./option.ts";

/** What can be said about images. The names are those of the configuration file. */
export interface ImageOptions {
  /** Labels in the config of an image, beside those that say what the annotations say. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The platform that the config of an image names, such as `linux/arm64`; `linux/amd64` when left out. */
  readonly platform?: string;
  /** The image that an image is built on: a reference, as in `targets`. */
  readonly base?: string;
  /** The program of an image and its first arguments. */
  readonly entrypoint?: readonly string[];
  /** Environment variables in the config of an image. */
  readonly imageEnv?: Readonly<Record<string, string>>;
}

const content = "Content:";

/** The options of the profile that makes images. */
export const IMAGE = {
  labels: {
    kind: { kind: "pairs" },
    counts: "key",
    field: "Labels in the config of an image, beside those that say what the annotations say.",
    plugins: ["archive/*.labels"],
    flag: {
      group: content,
      name: "label",
      argument: "<key=value>",
      help: "a label in the config, with profile image; repeatable",
    },
  },
  platform: {
    kind: { kind: "text", parse: (text) => formatPlatform(parsePlatform(text)) },
    field: "The platform that the config of an image names, such as linux/arm64.",
    plugins: ["archive/*.platform"],
    flag: {
      group: content,
      argument: "<os/arch>",
      help: "the platform that an image names, with profile image (default linux/amd64)",
    },
  },
  base: {
    kind: { kind: "text", isReference: true, parse: (text) => formatReference(parseReference(text)) },
    field: "The image that an image is built on: a reference like those of targets, its path relative to this file.",
    flag: {
      group: content,
      argument: "<reference>",
      help: "the image that an image is built on, with profile image: a reference like that of a target",
    },
  },
  entrypoint: {
    kind: { kind: "texts" },
    field: "The program of an image, and its first arguments.",
    plugins: ["archive/*.entrypoint"],
    flag: {
      group: content,
      argument: "<word>",
      help: "the program of an image, with profile image; again for each argument before those of the user",
    },
  },
  imageEnv: {
    kind: { kind: "pairs" },
    counts: "key",
    field: "Environment variables in the config of an image.",
    plugins: ["archive/*.imageEnv"],
    flag: {
      group: content,
      name: "env",
      argument: "<key=value>",
      help: "an environment variable in the config, with profile image; repeatable",
    },
  },
} as const satisfies { readonly [Name in keyof ImageOptions]-?: OptionOf<NonNullable<ImageOptions[Name]>> };
