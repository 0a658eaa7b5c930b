import { join } from "node:path";
import type { FakeRegistry } from "./fake_registry.ts";

/** The same artifacts' place of every kind: a repository, a layout directory and a layout tar. */
export function everyPlace(registry: FakeRegistry, directory: string): readonly string[] {
  return [
    `oci://${registry.host}/acme/app`,
    `oci-layout:${join(directory, "layout")}`,
    `oci-archive:${join(directory, "app.tar")}`,
  ];
}
