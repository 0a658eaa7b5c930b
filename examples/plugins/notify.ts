/** Tells a web hook what was published, after everything is visible everywhere. */
import type { Kit, PluginFactory } from "@gantry/gantry/plugin";

export default ((kit: Kit) =>
  kit.plugin({
    name: "examples:notify",
    version: "1.0.0",
    apiVersion: 1,
    stage: "after:tag",
    description: "Tells a web hook what was published.",
    env: ["NOTIFY_TOKEN"],
    options: kit.z.strictObject({
      url: kit.z.url().describe("Where the JSON is sent."),
      required: kit.z.boolean().default(false).describe("Whether it is an error when nobody can be told."),
    }),
    async run({ manifest, published }, { url, required }, { env, signal, log, fail }) {
      const { digest } = manifest.descriptor;
      const targets = published.map(({ url, tags }) => ({ url, tags: tags.map(({ tag }) => tag) }));
      const token = env["NOTIFY_TOKEN"];
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({ digest, targets }),
          signal,
        });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`it answered ${response.status}`);
      } catch (cause) {
        const message = `Cannot tell ${new URL(url).host}: ${cause instanceof Error ? cause.message : cause}`;
        if (required) fail("NOT_NOTIFIED", message, { cause });
        // The artifact is published, whoever heard of it.
        log.warn(message);
      }
    },
  })) satisfies PluginFactory;
