import type { Platform } from "./descriptor.ts";

const PART_REGEXP = /^[a-z0-9][a-z0-9._-]*$/;

/**
 * Parses a platform as people write it: `OS/ARCHITECTURE` or `OS/ARCHITECTURE/VARIANT`, in Go's spelling.
 *
 * @throws {SyntaxError} When it is something else.
 */
export function parsePlatform(text: string): Platform {
  const [os = "", architecture = "", variant, ...more] = text.split("/");
  const parts = variant === undefined ? [os, architecture] : [os, architecture, variant];
  if (more.length > 0 || !parts.every((part) => PART_REGEXP.test(part))) {
    throw new SyntaxError(
      `Cannot parse platform ${JSON.stringify(text.slice(0, 100))}: write OS/ARCHITECTURE, such as linux/amd64`,
    );
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** Writes a platform as {@linkcode parsePlatform} reads it. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** Tells whether a platform is the one that is wanted; every variant is, where none is named. */
export function isPlatform(platform: Platform | undefined, wanted: Platform): boolean {
  return platform?.os === wanted.os && platform.architecture === wanted.architecture &&
    (wanted.variant === undefined || wanted.variant === platform.variant);
}

/** What tools choose that nobody told otherwise; that of an image with manifests says nothing about its files. */
export const USUAL_PLATFORM = "linux/amd64";
