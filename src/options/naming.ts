import { VERSION_ANNOTATION } from "../oci/annotation_keys.ts";
import { parseTag } from "../oci/tag.ts";
import { parseFullVersion } from "../oci/version.ts";

const tags = "Versions and tags:";

/** The options about versions and tags: what an artifact is called, and when it gets that name. */
export const NAMING = {
  version: {
    kind: { kind: "text", parse: parseFullVersion },
    field: "The version, as SemVer without a leading v: a tag that never moves, and an annotation.",
    annotation: VERSION_ANNOTATION,
    flag: {
      group: tags,
      argument: "<version>",
      help: "SemVer: the tag and the version annotation; an existing tag never moves",
    },
  },
  latest: {
    kind: { kind: "switch" },
    default: false,
    field: "Whether to tag latest as well; not for pre-releases.",
    flag: {
      group: tags,
      help: 'also tag "latest"; not for pre-releases (--latest=false overrides a config)',
      no: 'do not tag "latest"',
    },
  },
  tags: {
    kind: { kind: "texts", parse: parseTag },
    default: [],
    field: "Further tags, which may move.",
    plugins: ["tag/static.tags"],
    flag: {
      group: tags,
      name: "tag",
      short: "t",
      argument: "<tag>",
      help: "also tag with this name; repeatable",
    },
  },
  immutable: {
    kind: { kind: "switch" },
    default: false,
    field: "Whether no tag may move, not only the version.",
    flag: {
      group: tags,
      help: "no tag may move, not only the version",
      no: "other tags may move, whatever the configuration file says",
    },
  },
  force: { kind: { kind: "switch" }, default: false, flag: { group: tags, help: "let a version tag move" } },
  ifChanged: {
    kind: { kind: "switch" },
    default: false,
    field: "Whether to publish only what differs from what the targets hold already.",
    flag: {
      group: tags,
      help: "publish only content that differs from that of the latest version",
      no: "publish in any case, whatever the configuration file says",
    },
  },
  ifChangedFrom: {
    kind: { kind: "text", parse: parseTag },
    field: "The tag that content is compared with, in the place of the latest version.",
    flag: { group: tags, argument: "<tag>", help: "with --if-changed: compare with this tag" },
  },
} as const;
