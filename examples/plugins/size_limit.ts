/** Stops the publication when a file is too large: somebody has packed a core dump, or a database. */
import type { Kit, PluginFactory } from "@gantry/gantry/plugin";

export default ((kit: Kit) =>
  kit.plugin({
    name: "examples:size-limit",
    version: "1.0.0",
    apiVersion: 1,
    stage: "before:archive",
    description: "Stops the publication when a file is too large.",
    options: kit.z.strictObject({
      bytes: kit.z.int().min(1).default(1024 * 1024).describe("The size of the largest file that is allowed."),
    }),
    run({ entries }, { bytes }, context) {
      const large = entries.filter(({ size }) => size > bytes);
      const [first] = large;
      if (first === undefined) return;
      const others = large.length === 1 ? "" : `, and ${large.length - 1} more are too large`;
      context.fail("TOO_LARGE", `${first.path} has ${first.size} bytes, ${bytes} are allowed${others}`, {
        path: first.path,
        hint: "leave it out with an ignore pattern, or raise the option bytes",
      });
    },
  })) satisfies PluginFactory;
