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

/** Longer ones first where one begins as another does. */
export const FOREIGN_COMMANDS: readonly ForeignCommand[] = [
  // Flux.
  { words: "push artifact", command: "push", adds: "--profile flux" },
  { words: "pull artifact", command: "pull" },
  { words: "list artifacts", command: "list" },
  { words: "list artifact", command: "list" },
  { words: "diff artifact", command: "diff" },
  { words: "tag artifact", command: "tag" },
  // Timoni.
  { words: "mod push", command: "push", adds: "--profile timoni" },
  { words: "mod pull", command: "pull" },
  { words: "mod list", command: "list" },
  { words: "artifact push", command: "push", adds: "--profile timoni" },
  { words: "artifact pull", command: "pull" },
  { words: "artifact list", command: "list" },
  { words: "artifact tag", command: "tag" },
  // Helm, Timoni and ORAS.
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
  { words: "validate", command: "verify" },
  { words: "digest", command: "inspect", note: "`gantry inspect` shows the digest among the rest" },
  { words: "manifest", command: "inspect", adds: "--raw" },
  { words: "catalog", command: "inventory" },
  { words: "cp", command: "copy" },
  { words: "ls", command: "list", adds: "--all" },
  { words: "rm", command: "delete" },
  // Docker, Hauler and Zarf.
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
