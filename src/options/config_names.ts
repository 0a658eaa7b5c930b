/** Names of configuration files, in the order in which they are looked for. */
export const CONFIG_NAMES = ["gantry.jsonc", "gantry.json", "gantry.yaml", "gantry.yml"] as const;
