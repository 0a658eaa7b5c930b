import type { OwnLayer } from "./declaration.ts";

/** What may stand in braces in texts of a declaration. */
export interface Placeholders {
  readonly version?: string | undefined;
  readonly path?: string;
  readonly name?: string;
}

const PLACEHOLDER_REGEXP = /\{(version|path|name)\}/g;

/** Tells whether a text needs the version. */
export function needsVersion(text: string): boolean {
  return text.includes("{version}");
}

/** Fills in what is known; what is not stays as it is. */
export function fillIn(text: string, values: Placeholders): string {
  return text.replaceAll(PLACEHOLDER_REGEXP, (written, key: keyof Placeholders) => values[key] ?? written);
}

/**
 * Fills the version into what a layer says.
 *
 * @param missing Makes the error that says that there is none.
 */
export function withVersion(layer: OwnLayer, version: string | undefined, missing: () => Error): OwnLayer {
  const { title, annotations = {} } = layer;
  if (version === undefined && [title ?? "", ...Object.values(annotations)].some(needsVersion)) throw missing();
  return {
    ...layer,
    ...(title === undefined ? {} : { title: fillIn(title, { version }) }),
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, fillIn(text, { version })])),
  };
}
