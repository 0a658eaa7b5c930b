/**
 * What Compose looks for when no file is named, in its order.
 *
 * @see {@link https://github.com/compose-spec/compose-go/blob/v2.9.0/cli/options.go | compose-go 2.9.0, cli/options.go}
 */
export const COMPOSE_FILE_NAMES: readonly string[] = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
];

/** What it merges into that, of which it takes the first. */
export const OVERRIDE_FILE_NAMES: readonly string[] = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** Tells whether a file overrides another by its name. */
export function isOverrideName(path: string): boolean {
  return OVERRIDE_FILE_NAMES.includes(path);
}
