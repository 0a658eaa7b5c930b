/** What other tools call something that gantry does as well. */
export interface ForeignCommand {
  /** What stands where gantry has one word, such as `push artifact`. */
  readonly words: string;
  /** gantry's command. */
  readonly command: string;
  /** What has to be said in addition, such as `--profile flux`. */
  readonly adds?: string;
  /** What is different, where the command line does not show it. */
  readonly note?: string;
}

export const FOREIGN_COMMANDS: readonly ForeignCommand[] = [
  // Flux.
  { words: "push artifact", command: "push", adds: "--profile flux" },
  { words: "pull artifact", command: "pull" },
  { words: "list artifacts", command: "list" },
  { words: "list artifact", command: "list" },
  { words: "diff artifact", command: "diff" },
  { words: "tag artifact", command: "tag" },
  {
    words: "build artifact",
    command: "plan",
    adds: "--profile flux",
    note: "`gantry push` packs while it publishes; `gantry plan` shows what would be in it",
  },
  // Timoni.
  { words: "mod push", command: "push", adds: "--profile timoni" },
  { words: "mod pull", command: "pull" },
  { words: "mod list", command: "list" },
  { words: "mod build", command: "push", adds: "--profile timoni" },
  { words: "artifact push", command: "push", adds: "--profile timoni" },
  { words: "artifact pull", command: "pull" },
  { words: "artifact list", command: "list" },
  { words: "artifact tag", command: "tag" },
  // Helm, Timoni and ORAS.
  { words: "package", command: "push", note: "`gantry push` packs the chart while it publishes it" },
  { words: "registry login", command: "login" },
  { words: "registry logout", command: "logout" },
  { words: "auth login", command: "login" },
  { words: "repo tags", command: "list", adds: "--all" },
  { words: "repo ls", command: "inventory" },
  { words: "manifest fetch", command: "inspect", adds: "--raw" },
  { words: "manifest delete", command: "delete" },
  { words: "manifest inspect", command: "inspect", adds: "--raw" },
  { words: "discover", command: "inspect", adds: "--referrers" },
  { words: "resolve", command: "inspect", note: "`gantry inspect` shows the digest among the rest" },
  { words: "backup", command: "export" },
  { words: "restore", command: "import" },
  // skopeo and crane.
  { words: "sync", command: "copy", adds: "--all-tags --referrers" },
  { words: "list-tags", command: "list", adds: "--all" },
  { words: "validate", command: "inspect", adds: "--files", note: "that reads every layer, and checks its digest" },
  { words: "digest", command: "inspect", note: "`gantry inspect` shows the digest among the rest" },
  { words: "manifest", command: "inspect", adds: "--raw" },
  { words: "catalog", command: "inventory" },
  { words: "cp", command: "copy" },
  { words: "ls", command: "list", adds: "--all" },
  { words: "rm", command: "delete" },
  // regctl.
  { words: "image copy", command: "copy" },
  { words: "image export", command: "export" },
  { words: "image digest", command: "inspect", note: "`gantry inspect` shows the digest among the rest" },
  { words: "image manifest", command: "inspect", adds: "--raw" },
  { words: "image delete", command: "delete" },
  { words: "tag ls", command: "list", adds: "--all" },
  { words: "tag list", command: "list", adds: "--all" },
  { words: "tag rm", command: "delete" },
  { words: "tag delete", command: "delete" },
  { words: "artifact get", command: "pull" },
  { words: "artifact put", command: "push" },
  { words: "artifact tree", command: "inspect", adds: "--referrers" },
  { words: "manifest get", command: "inspect", adds: "--raw" },
  { words: "manifest head", command: "inspect", note: "`gantry inspect` shows the digest among the rest" },
  { words: "manifest diff", command: "diff" },
  // cosign.
  { words: "generate-key-pair", command: "keygen" },
  { words: "tree", command: "inspect", adds: "--referrers" },
  { words: "triangulate", command: "inspect", adds: "--referrers" },
  // Docker, Hauler and Zarf.
  { words: "buildx imagetools inspect", command: "inspect" },
  { words: "image save", command: "export" },
  { words: "image load", command: "import" },
  { words: "image inspect", command: "inspect" },
  { words: "store add image", command: "export" },
  { words: "store add chart", command: "export" },
  { words: "store add file", command: "push" },
  { words: "store save", command: "export" },
  { words: "store load", command: "import" },
  { words: "store sync", command: "export" },
  { words: "store copy", command: "import" },
  { words: "package create", command: "export" },
  { words: "package deploy", command: "import" },
  { words: "package mirror-resources", command: "import" },
  { words: "package inspect", command: "verify" },
  { words: "package pull", command: "export" },
  { words: "save", command: "export" },
  { words: "load", command: "import" },
];
