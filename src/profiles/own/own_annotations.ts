import type { Factory, PluginFactory, StageIO } from "../../pipeline/plugin.ts";
import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { DeclaredProfile } from "./declaration.ts";
import { ownError } from "./own_error.ts";
import { fillIn, needsVersion } from "./placeholders.ts";

/** Makes the plugin that annotates as a declared profile says, where nobody has said otherwise. */
export function ownAnnotations(
  profile: DeclaredProfile,
  annotations: Readonly<Record<string, string>>,
): () => PluginFactory {
  const factory: Factory<"annotate", Readonly<Record<never, never>>> = (kit) =>
    kit.plugin({
      name: profile.name,
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      description: "Annotates as a profile of the configuration says.",
      options: kit.z.strictObject({}),
      run({ known }): StageIO["annotate"]["out"] {
        const version = known[VERSION_ANNOTATION]?.value;
        const set = Object.entries(annotations).map(([key, text]) => {
          const path = ["annotations", key];
          if (needsVersion(text) && version === undefined && !Object.hasOwn(known, key)) {
            throw ownError(profile, `there is no version for ${JSON.stringify(key)}`, path);
          }
          return [key, { value: fillIn(text, { version }), from: profile.placeOf(path) }] as const;
        });
        return { set: Object.fromEntries(set) };
      },
    });
  return () => factory;
}
