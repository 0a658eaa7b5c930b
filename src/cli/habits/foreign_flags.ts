/** A flag of another tool, and what it is here. */
export interface ForeignFlag {
  /** With dashes, separated by spaces. */
  readonly names: string;
  /** Whether a value follows. */
  readonly takes: "value" | "nothing";
  /** Only with these of gantry's commands; all when left out. */
  readonly on?: readonly string[];
  /** What becomes of it. */
  readonly becomes: Replacement;
}

/** What becomes of a flag: an argument, another flag, or nothing. */
export type Replacement =
  /** Where its value stands; `word` is the value of a flag that has none. */
  | { readonly argument: "source" | "destination" | "version" | "tag"; readonly word?: string }
  /** The flag with dashes; each part of a value that is separated by commas gets its own when `each` is set. */
  | { readonly flag: string; readonly each?: boolean }
  /** Why it is not needed, or what else to do. */
  | { readonly nothing: string };

const REPRODUCIBLE = "not needed, every push is reproducible";
const KEPT = "not needed, gantry changes no byte of what it copies, and takes all platforms";
const CARRIED = "not needed, signatures and SBOMs are always carried";

/** In the order in which they are looked for; a flag that gantry's command has itself is none of them. */
export const FOREIGN_FLAGS: readonly ForeignFlag[] = [
  { names: "--path --filepath -f", takes: "value", on: ["push", "plan", "diff"], becomes: { argument: "source" } },
  { names: "--policy -p", takes: "value", on: ["push", "plan"], becomes: { argument: "source" } },
  { names: "--policy -p", takes: "value", on: ["pull"], becomes: { argument: "destination" } },
  { names: "--input -i --filename", takes: "value", on: ["import"], becomes: { argument: "source" } },
  { names: "--ignore-paths", takes: "value", becomes: { flag: "--ignore", each: true } },
  { names: "--annotations", takes: "value", becomes: { flag: "--annotation" } },
  { names: "--reproducible", takes: "nothing", becomes: { nothing: REPRODUCIBLE } },
  { names: "--resolve-symlinks", takes: "nothing", becomes: { nothing: "not needed, links are followed by default" } },
  {
    names: "--provider",
    takes: "value",
    becomes: { nothing: "gantry takes the logins of Docker's credential helpers, see `gantry help registry`" },
  },
  { names: "-v --version", takes: "value", on: ["push", "plan"], becomes: { flag: "--version" } },
  { names: "-v --version", takes: "value", on: ["pull", "inspect"], becomes: { argument: "version" } },
  {
    names: "--output -o --destination -d --untardir",
    takes: "value",
    on: ["pull"],
    becomes: { argument: "destination" },
  },
  {
    names: "--output -o --filename -f",
    takes: "value",
    on: ["export"],
    becomes: { argument: "destination" },
  },
  { names: "--output -o", takes: "value", on: ["push"], becomes: { argument: "destination" } },
  { names: "--output -o", takes: "value", on: ["plan"], becomes: { nothing: "`gantry plan` writes no file" } },
  { names: "--untar", takes: "nothing", on: ["pull"], becomes: { argument: "destination", word: "." } },
  { names: "--tag -t", takes: "value", on: ["tag"], becomes: { argument: "tag" } },
  { names: "--registry-url", takes: "value", on: ["import"], becomes: { argument: "destination" } },
  { names: "--format", takes: "value", becomes: { flag: "-o" } },
  {
    names: "--insecure-registry --registry-insecure --plain-http",
    takes: "nothing",
    becomes: { flag: "--plain-http" },
  },
  { names: "--insecure-skip-tls-verify --tls-skip-verify", takes: "nothing", becomes: { flag: "--insecure" } },
  {
    names: "--tls-verify=false --src-tls-verify=false --dest-tls-verify=false",
    takes: "nothing",
    becomes: { flag: "--insecure" },
  },
  { names: "--from-plain-http --to-plain-http", takes: "nothing", becomes: { flag: "--plain-http" } },
  { names: "--from-oci-layout --to-oci-layout --oci-layout", takes: "nothing", becomes: { nothing: "" } },
  { names: "--debug --verbose", takes: "nothing", becomes: { flag: "-v" } },
  { names: "--recursive -r --include-referrers", takes: "nothing", on: ["copy"], becomes: { flag: "--referrers" } },
  { names: "--recursive -r --include-referrers", takes: "nothing", on: ["export"], becomes: { nothing: CARRIED } },
  {
    names: "--all -a --preserve-digests --multi-arch",
    takes: "nothing",
    on: ["copy", "export"],
    becomes: { nothing: KEPT },
  },
  { names: "--src --dest", takes: "value", on: ["copy"], becomes: { nothing: "" } },
  {
    names: "--src-creds --dest-creds",
    takes: "value",
    becomes: { nothing: "`gantry login HOST` keeps those of each" },
  },
  { names: "--password -p", takes: "value", becomes: { flag: "--password-stdin" } },
  {
    names: "--artifact-type",
    takes: "value",
    on: ["attach"],
    becomes: {
      nothing: "gantry attaches JSON that says something of an artifact; any other file `oras attach` attaches",
    },
  },
  { names: "--remote", takes: "nothing", on: ["inspect"], becomes: { nothing: "" } },
  { names: "--cosign-key", takes: "value", on: ["push"], becomes: { flag: "--sign-key" } },
  { names: "--sign", takes: "value", on: ["push"], becomes: { nothing: "--sign-key KEY signs before a tag is set" } },
  { names: "--content-type", takes: "value", becomes: { flag: "--artifact-type" } },
  { names: "--confirm", takes: "nothing", on: ["import"], becomes: { flag: "--yes" } },
  { names: "--with-digest", takes: "nothing", becomes: { nothing: "not needed, digests are always shown" } },
  { names: "--exclude-digest-tags", takes: "nothing", becomes: { nothing: "not needed, versions come first" } },
  { names: "--help -h", takes: "nothing", becomes: { nothing: "`gantry help COMMAND` explains it" } },
  { names: "--no-tty", takes: "nothing", becomes: { nothing: "not needed, a bar is drawn on a terminal only" } },
];
