import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import type { Attributed } from "../../pipeline/values.ts";

/** Values that are known to whoever runs gantry. */
export interface StaticMeans {
  /** Annotations by key, each with the place where the user wrote it. They win over the options. */
  readonly given?: Readonly<Record<string, Attributed>>;
  /** Where the options are from, such as `gantry.jsonc`; the plugin's id when left out. */
  readonly from?: string;
}

/** Knows the annotations that the user gave: in flags, or in a configuration file. */
export function staticAnnotations({ given = {}, from }: StaticMeans = {}): Factory<"annotate", Record<string, string>> {
  return (kit) =>
    kit.plugin({
      name: "static",
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      description: "Knows the annotations that are written down.",
      options: kit.z.record(kit.z.string().min(1), kit.z.string()).describe("Annotations by key."),
      run(_input, options, { plugin }): StageIO["annotate"]["out"] {
        // A map, because a key may be "__proto__".
        const set = new Map<string, Attributed>();
        for (const [key, value] of Object.entries(options)) set.set(key, { value, from: from ?? plugin.id });
        for (const [key, value] of Object.entries(given)) set.set(key, value);
        return { set: Object.fromEntries(set) };
      },
    });
}
