import { type Machine, thisMachine } from "../verbs/publish/machine.ts";
import type { World } from "./world.ts";

/** What of this machine the verbs may use. */
export function machineOf(world: World): Machine {
  const { prompt, secrets, stdin, watch } = world;
  const env = declaredEnv(world);
  return thisMachine({
    env,
    hide: secrets.add,
    ...(prompt === undefined ? {} : { password: (key) => prompt.hidden(`Password for ${key}: `) }),
    stdin,
    async load(specifier, options): ReturnType<Machine["load"]> {
      const { loadWithHint } = await import("./plugin/load_with_hint.ts");
      return await loadWithHint(specifier, { base: ".", env, ...options });
    },
    ...(watch === undefined ? {} : { watch }),
  });
}

/** Reads a variable that a plugin has declared. */
export function declaredEnv({ declaredEnv }: Pick<World, "declaredEnv">): Machine["env"] {
  return (name) => declaredEnv([name])[name];
}
