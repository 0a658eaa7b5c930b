/** Reads the version from a file of the source, such as VERSION, into the annotation for versions. */
import type { Kit, PluginFactory } from "@gantry/gantry/plugin";

const KEY = "org.opencontainers.image.version";

export default ((kit: Kit) =>
  kit.plugin({
    name: "examples:version-file",
    version: "1.0.0",
    apiVersion: 1,
    stage: "annotate",
    description: "Reads the version from a file of the source.",
    options: kit.z.strictObject({
      path: kit.z.string().min(1).default("VERSION").describe("The file, relative to the source."),
    }),
    async run({ entries }, { path }, context) {
      const entry = entries.find((each) => each.path === path && each.kind === "file");
      if (entry === undefined) return context.skip(`there is no ${path}`);
      const value = (await new Response(entry.open()).text()).trim();
      if (!/^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.-]*$/.test(value)) {
        context.fail(
          "NO_VERSION",
          `Cannot read a version from ${path}: it says ${JSON.stringify(value.slice(0, 40))}`,
          {
            path,
            hint: "it must hold one line such as 1.2.3",
          },
        );
      }
      return { set: { [KEY]: { value, from: path } } };
    },
  })) satisfies PluginFactory;
