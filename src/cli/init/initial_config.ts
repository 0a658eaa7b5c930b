import { PROFILE_NAMES } from "../../profiles/profiles.ts";
import type { SuggestedTarget } from "./suggest_target.ts";

/** What is known of a directory that has no configuration yet. */
export interface InitialFacts {
  readonly profile: string;
  /** Why this profile. */
  readonly because: string;
  /** Where it is likely to be published. */
  readonly target: SuggestedTarget | undefined;
  /** What to leave out, in gitignore syntax. */
  readonly ignore: readonly string[];
}

/**
 * Writes a first configuration, in JSON with comments. Each line that begins with `// "` is a field that can be used as
 * it stands.
 */
export function initialConfig({ profile, because, target, ignore }: InitialFacts): string {
  const targets = target === undefined
    ? `  // Where \`gantry push\` publishes: registries, OCI image layouts (oci-layout:./dist/app), or both.
  // "targets": ["oci://ghcr.io/owner/repository"],`
    : `  // Where \`gantry push\` publishes, as suggested by ${comment(target.because)}.
  "targets": [${JSON.stringify(target.url)}],`;
  return `// What \`gantry push\` publishes, and where to. Flags win over this file; \`gantry plan\` shows what would happen.
// \`gantry schema > gantry.schema.json\` and the first field let editors complete and check this file.
{
  // "$schema": "./gantry.schema.json",

  // A directory or a file, relative to this file.
  "source": ".",

  // The shape that an ecosystem expects: ${["auto", ...PROFILE_NAMES].join(", ")}. Here because ${comment(because)}.
  "profile": ${JSON.stringify(profile)},

${targets}

  // The version is a tag that never moves. CI usually gives it: gantry push --version 1.2.3 --latest
  // "version": "0.1.0",
  // "latest": true,

  // Annotations of the manifest. Source, revision and time come from CI or git by themselves.
  // "annotations": { "org.opencontainers.image.licenses": "Apache-2.0" },

  // What to leave out, in gitignore syntax, beyond what ignore files say.
  ${ignore.length === 0 ? '// "ignore": ["*.md"]' : `"ignore": ${JSON.stringify(ignore)}`},

  // Environment variables that \${NAME} in the values of this file may stand for.
  // "env": ["GITHUB_REF_NAME"],

  // Plugins by stage: what is built in by name, your own by their files. \`gantry plan --stages\` shows the order.
  // "pipeline": { "filter": ["ignore"], "annotate": ["static", "env", "git"] },
}
`;
}

/** No text can end a comment and go on as configuration. */
function comment(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ");
}
