import assert from "node:assert/strict";
import { cacheDirectory } from "../../../src/cli/places/cache_directory.ts";

const PLACES: readonly (readonly [
  system: typeof Deno.build.os,
  env: Readonly<Record<string, string>>,
  directory: string | undefined,
])[] = [
  ["linux", { HOME: "/home/ann" }, "/home/ann/.cache/gantry"],
  ["linux", { HOME: "/home/ann", XDG_CACHE_HOME: "/var/xdg" }, "/var/xdg/gantry"],
  ["linux", { XDG_CACHE_HOME: "/var/xdg" }, "/var/xdg/gantry"],
  ["linux", { HOME: "/home/ann", XDG_CACHE_HOME: "relative" }, "/home/ann/.cache/gantry"],
  ["linux", { HOME: "/home/ann", XDG_CACHE_HOME: "" }, "/home/ann/.cache/gantry"],
  ["linux", {}, undefined],
  ["linux", { HOME: "" }, undefined],
  ["darwin", { HOME: "/Users/ann", XDG_CACHE_HOME: "/var/xdg" }, "/Users/ann/Library/Caches/gantry"],
  ["darwin", {}, undefined],
  ["linux", { HOME: "/home/ann", GANTRY_CACHE: "build/cache" }, "build/cache"],
  ["darwin", { HOME: "/Users/ann", GANTRY_CACHE: "/cache" }, "/cache"],
  ["linux", { HOME: "/home/ann", GANTRY_CACHE: "off" }, undefined],
  ["linux", { HOME: "/home/ann", GANTRY_CACHE: "" }, "/home/ann/.cache/gantry"],
  ["linux", { HOME: "/home/ann", GANTRY_CACHE: "./off" }, "./off"],
];
for (const [system, env, directory] of PLACES) {
  Deno.test(`cacheDirectory() is ${directory} on ${system} with ${JSON.stringify(env)}`, () => {
    assert.equal(cacheDirectory(system, (name) => env[name]), directory);
  });
}
