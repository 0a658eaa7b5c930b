import { ExtractionError, type ExtractionRule } from "../../extract/extraction_error.ts";
import { registryHost } from "../../oci/reference.ts";
import { PluginError } from "../../pipeline/plugin_error.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { StageError } from "../../pipeline/stage_error.ts";
import { TargetsError } from "../../pipeline/target.ts";
import { CredentialsRefusedError, RegistryError } from "../../registry/http/registry_error.ts";
import { ConnectionError } from "../../registry/http/transport.ts";
import { isCompanionTag, isReferrersTag } from "../../store/companion_tags.ts";
import { NotFoundError, TagExistsError } from "../../store/store.ts";
import { ScratchError } from "../../system/scratch_error.ts";
import { NotVerifiedError } from "../../sign/not_verified_error.ts";
import { SourceReadError } from "../../store/stored_content.ts";
import { OptionsError } from "../../options/options_error.ts";
import { shellLine } from "../habits/shell_line.ts";
import { TagStaysError } from "../../verbs/tag_stays_error.ts";
import { PartlyTaggedError } from "../../verbs/copy/partly_tagged_error.ts";
import { SharedTagError } from "../../verbs/copy/shared_tag_error.ts";

/**
 * Writes an error for people: what failed, where, and one line of advice when there is something to do about it.
 * Only the command line knows flags, so advice is written here and nowhere else.
 *
 * @param failed The command that failed, where advice depends on it.
 */
export function errorReport(error: unknown, failed: FailedCommand = {}): string {
  const { root, wheres, host } = unwrap(error);
  if (root instanceof TargetsError && root.errors.length > 1) {
    const reports = root.errors.map((each) => errorReport(each, failed).trimEnd());
    const tagged = isTagging(error) && root.done.length > 0 ? [`tagged in ${root.done.join(", ")}`] : [];
    return [...reports, ...[...wheres, ...tagged].map((where) => `  ${where}`), ""].join("\n");
  }
  const lines = [`error: ${messageOf(root)}`];
  if (root instanceof PluginError) lines.push(...pluginLines(root));
  for (const where of wheres) lines.push(`  ${where}`);
  if (root instanceof OptionsError) lines.push(...root.hints.map((hint) => `advice: ${hint}`));
  const advice = adviceFor(root, { host, failed });
  if (advice !== undefined) lines.push(`advice: ${advice}`);
  return `${lines.join("\n")}\n`;
}

/** A command that failed. */
export interface FailedCommand {
  /** Its name: flags differ between commands. */
  readonly name?: string | undefined;
  /** What was to be published, copied or tagged, as it was typed, where `gantry diff` takes it. */
  readonly source?: string | undefined;
}

/** What gantry says of a plugin names the plugin and the place in the message already. */
function pluginLines({ code, plugin, stage, path }: PluginError): readonly string[] {
  if (code.startsWith("PLUGIN_")) return [];
  return [
    ...(path === undefined || path === "" ? [] : [`  at ${path}`]),
    ...(stage === undefined ? [] : [`  in plugin ${plugin} (${stage})`]),
  ];
}

interface Unwrapped {
  /** The first error that is not a wrapper. */
  readonly root: unknown;
  /** Where it happened. */
  readonly wheres: readonly string[];
  /** The registry to which it happened, as people write it; a token server has another name. */
  readonly host: string | undefined;
}

function unwrap(error: unknown): Unwrapped {
  const wheres: string[] = [];
  let host: string | undefined;
  let current = error;
  while (true) {
    if (current instanceof TargetsError && current.errors.length === 1) {
      if (isTagging(error) && current.done.length > 0) wheres.unshift(`tagged in ${current.done.join(", ")}`);
      current = current.errors[0];
    } else if (current instanceof StageError) {
      if (
        (current.stage === "upload" || current.stage === "tag") && current.plugin !== undefined && !isNamed(current)
      ) {
        host = registryHost(current.plugin) ?? host;
        if (isStep(current)) {
          wheres.unshift(`in step ${current.plugin}: nothing was tagged`);
        } else if (!(current.cause instanceof TagExistsError)) {
          // A refusal names the place itself, and nothing was done there.
          wheres.unshift(`while ${current.stage === "tag" ? "tagging in" : "uploading to"} ${current.plugin}`);
        }
      }
      current = current.cause;
    } else if (current instanceof SourceReadError) {
      // Where it was going has nothing to do with it.
      wheres.splice(0, wheres.length, `while reading from ${current.url}`);
      host = registryHost(current.url);
      current = current.cause;
    } else if (current instanceof SuppressedError) {
      // Cleaning up has failed after it, mostly for the same reason.
      current = current.suppressed;
    } else if (current instanceof PartlyTaggedError) {
      wheres.push(`set there: ${current.tags.join(", ")}`);
      current = current.cause;
    } else {
      return { root: current, wheres, host };
    }
  }
}

/** A step around the stage, or what names tags, and no target: its own message says which plugin it is. */
function isNamed({ plugin, cause }: StageError): boolean {
  return cause instanceof PluginError && cause.plugin === plugin;
}

/** One of gantry's own, or what somebody else's has given failed in a target; what is no step has an URL for a name. */
function isStep({ plugin, cause }: StageError): boolean {
  return plugin !== undefined && (cause instanceof TargetsError || !plugin.includes(":"));
}

/** Before tagging, nothing is visible in any target, so there is nothing to tell of the others. */
function isTagging(error: unknown): boolean {
  return error instanceof StageError && error.stage === "tag" && !isStep(error);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}

function adviceFor(
  error: unknown,
  { host, failed }: { readonly host: string | undefined; readonly failed: FailedCommand },
): string | undefined {
  const { name: command, source } = failed;
  if (error instanceof PluginError) return error.hint ?? pluginAdvice(error, command);
  if (error instanceof TagExistsError) {
    const why = source === undefined
      ? ""
      : `; \`${shellLine(["gantry", "diff", `${error.url}:${error.tag}`, source])}\` shows why`;
    return `publish a new version, or move the tag with --force${why}`;
  }
  if (error instanceof SharedTagError) return "`gantry import` puts each artifact into a repository of its own";
  if (error instanceof OptionsError) return undefined;
  if (error instanceof SourceError) return error.hint;
  if (error instanceof ExtractionError) return extractionAdvice(error.rule, command);
  if (error instanceof NotFoundError) {
    if (error.namesAll) return undefined;
    if (error.isPlace && registryHost(error.url) !== undefined) return UNKNOWN_REPOSITORY;
    return error.isPlace
      ? "check the path: relative ones begin where the command runs"
      : `\`gantry list ${error.url} --all\` shows the tags that exist`;
  }
  if (error instanceof TagStaysError) {
    return `\`${
      shellLine(["gantry", "delete", error.manifest])
    }\` deletes the manifest with all of its tags, where the registry lets it`;
  }
  if (error instanceof NotVerifiedError) {
    // A pipe is read once.
    if (error.url === "oci-archive:-") return undefined;
    return `\`gantry inspect ${error.url}@${error.digest} --referrers\` shows what there is`;
  }
  if (error instanceof CredentialsRefusedError) {
    return "check the user name and the password; many registries take an access token only in the place of a password";
  }
  if (error instanceof RegistryError) return registryAdvice(error, { host: host ?? new URL(error.url).host, command });
  if (error instanceof ConnectionError) return connectionAdvice(error);
  if (FULL_DISK_REGEXP.test(messageOf(error)) && !(error instanceof ScratchError)) {
    return "make room on that disk, and run the same again";
  }
  if (error instanceof ScratchError) {
    return "more than a few MiB need temporary files for a while: the variable TMPDIR says where they go";
  }
  return undefined;
}

const UNKNOWN_REPOSITORY = "check the name; a registry may also hide a repository from whoever is not logged in";

/** What systems say of a disk with no room, and of a user with no more of it. */
const FULL_DISK_REGEXP = /no space left on device|disk quota exceeded|not enough space on the disk/i;

function pluginAdvice({ code }: PluginError, command: string | undefined): string | undefined {
  // Whoever tests a plugin is its author.
  if (command === "plugin") return code === "PLUGIN_THREW" ? "-v shows more" : undefined;
  switch (code) {
    case "PLUGIN_OUTPUT":
    case "PLUGIN_STUCK":
      return "that is a fault of the plugin: tell its author";
    case "PLUGIN_THREW":
      return "that is a fault of the plugin: tell its author, with what -v shows";
    case "PLUGIN_TIMEOUT":
      return 'a plugin that needs longer gets it by "timeout" in its entry of the configuration';
    default:
      return undefined;
  }
}

function connectionAdvice({ problem, proxyVariable }: ConnectionError): string | undefined {
  switch (problem) {
    case "certificate":
      return "name the authority that signed it with --ca-file, or with SSL_CERT_FILE";
    case "certificate-expired":
      return "the registry needs a new certificate; if it has one, check the clock of this machine";
    case "certificate-host":
      return "use the name that is in the certificate, or ask for a certificate with the name that you use";
    case "client-certificate":
      return "pass the certificate that the registry wants with --cert-file and --key-file";
    case "tls":
      return "a registry that speaks HTTP without TLS on purpose needs --plain-http";
    case "not-http":
      return proxyAdvice(proxyVariable) ??
        "what listens there is no registry, or one that speaks TLS: check host and port, and leave --plain-http away";
    case "unknown-host":
      return proxyAdvice(proxyVariable) ??
        "check how the name is written, and whether it is known in this network only";
    case "refused":
      return proxyAdvice(proxyVariable) ?? "nobody listens there: check host and port, and whether the registry runs";
    case "blocked":
      return undefined;
    default:
      return proxyAdvice(proxyVariable);
  }
}

/** What is said of a registry that has answered a request without TLS in words. */
const WITHOUT_PLAIN_HTTP = "what listens there seems to speak TLS: leave --plain-http away";

function proxyAdvice(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  return `check ${variable}; a registry that is reached without the proxy is named in NO_PROXY`;
}

/** What registries say of a manifest whose config, layers or artifact type they do not know. */
const REFUSED_TYPE_REGEXP = /(?:media|artifact|config)[ _-]?type|manifest[^.]*(?:unsupported|not supported|unknown)/i;

function isTypeRefused(error: RegistryError): boolean {
  if (error.method !== "PUT" || !/\/manifests\/[^/]*$/.test(new URL(error.url).pathname)) return false;
  const words = [error.text, ...error.errors.flatMap(({ message, detail }) => [message, detail])].join(" ");
  return error.status === 415 || error.has("UNSUPPORTED") ||
    [400, 403, 404, 405, 422].includes(error.status) && REFUSED_TYPE_REGEXP.test(words);
}

const NO_REGISTRY = "that is not how a registry answers: check the host, and whether a proxy stands between";

function registryAdvice(
  error: RegistryError,
  { host, command }: { readonly host: string; readonly command: string | undefined },
): string | undefined {
  if (error.helperProblem !== undefined) {
    return "repair the credential helper, or pass --username and --password-stdin";
  }
  if (error.isElsewhere) {
    return error.status === 401 || error.status === 403
      ? "the registry has sent the request to another host, which refuses it; credentials never go there"
      : undefined;
  }
  if (error.status === 401 && error.refused !== undefined) {
    return `${host} refused the credentials of ${error.refused}: check the user name and the password there`;
  }
  if (error.status === 401) {
    return `log in with \`gantry login ${host}\`, or pass --username and --password-stdin`;
  }
  if (error.errors.some(({ message }) => /immutable/i.test(message))) return immutableAdvice(error, command);
  if (error.errors.some(({ message }) => /\bquota\b|\bexceeds?\b.*\blimit\b/i.test(message))) {
    return "the registry has no room for this: delete there what nobody needs, or have the limit raised";
  }
  if (isTypeRefused(error)) {
    return command === "push"
      ? "the registry may take only the types that it knows: try --profile image, or another --artifact-type"
      : "the registry may take only the types that it knows, and an artifact of another type has to go elsewhere";
  }
  if (error.status === 403 && error.proxy !== undefined) return NO_REGISTRY;
  if (error.status === 403 && error.isAnonymous) {
    return `nobody is logged in there: log in with \`gantry login ${host}\`, or pass --username and --password-stdin`;
  }
  if (error.status === 403 || error.has("DENIED")) {
    return "the credentials are known but not allowed to do this: check their permissions for this repository";
  }
  if (error.status === 400 && /\bHTTPS (?:server|port)\b/i.test(error.text ?? "")) return WITHOUT_PLAIN_HTTP;
  if (error.text !== undefined && error.errors.length === 0) {
    return NO_REGISTRY;
  }
  if (error.has("NAME_UNKNOWN")) {
    return error.method === "GET" || error.method === "HEAD"
      ? "there is no such repository, or it is hidden from whoever is not logged in"
      : "the repository does not exist, and the registry does not make it on push";
  }
  return undefined;
}

/** Rules that let no tag move are made for versions, and hold what several writers add to as well. */
function immutableAdvice({ url }: RegistryError, command = ""): string {
  const tag = new URL(url).pathname.split("/").at(-1) ?? "";
  if (!isCompanionTag(tag)) return "the registry lets nobody move this tag: publish a new version";
  const what = isReferrersTag(tag)
    ? "the list of what refers to the artifact stands behind this tag"
    : "signatures of the older form stand behind this tag";
  const instead = tag.endsWith(".sig") && ["push", "sign"].includes(command)
    ? "; or write bundles alone, with --sign-format bundle"
    : "";
  return `${what}, and each one more moves it: let tags that begin with "sha256-" move in the registry${instead}`;
}

/**
 * What a user can do about a rule that an artifact breaks. Where nobody should allow it there is no advice.
 *
 * @param command The name of the command, which must have the flag that is advised.
 */
function extractionAdvice(rule: ExtractionRule, command: string | undefined): string | undefined {
  if (rule === "platform") return "choose one with --platform OS/ARCHITECTURE, or name its digest";
  if (rule === "index") return "name the manifest that is meant by its digest";
  return command === "pull" ? PULL_ADVICE[rule] : undefined;
}

const PULL_ADVICE: Readonly<Partial<Record<ExtractionRule, string>>> = {
  name: Deno.build.os === "windows" ? "pull it on another system" : "leave --names portable away",
  link: "keep links that stay inside with --symlinks keep, or leave all out with --symlinks skip",
  "link-target": "leave links out with --symlinks skip",
  size: "allow more with --max-size",
  entries: "allow more with --max-entries",
  ratio: "allow more with --max-ratio, if you trust who published it",
  "path-length": "allow more with --max-path-length",
  depth: "allow more with --max-depth",
  layer: "choose layers with --layer-type, or save one as it is with --output-archive",
  changed: "replace such files with --overwrite, or pull into another directory",
};
