/** Real registries, each a process of its own on a port that the system chose. */
import { join } from "node:path";

/** The registries that tests run against. */
export const REGISTRIES = [
  { name: "distribution 2.8", command: "docker-registry" },
  { name: "distribution 3", command: "registry" },
  { name: "ociregistry", command: "ociregistry" },
] as const;

/** The command of a registry. */
export type RegistryCommand = typeof REGISTRIES[number]["command"];

/** A registry that is running. */
export interface RunningRegistry extends AsyncDisposable {
  /** Host and port, as they stand in a reference. */
  readonly host: string;
  /** Where distribution keeps its content. */
  readonly storage: string;
}

/** What a registry is started with. */
export interface RegistryOptions {
  /** Lines of the `auth:` section of distribution's configuration, indented by two. */
  readonly auth?: string;
  /** Lines of the `http:` section of distribution's configuration, indented by two. */
  readonly http?: string;
}

/** Starts a registry and waits until it listens. It is ended, and its storage removed, when it is disposed. */
export async function startRegistry(command: RegistryCommand, options: RegistryOptions = {}): Promise<RunningRegistry> {
  const directory = await Deno.makeTempDir({ prefix: "gantry-registry-" });
  const args = command === "ociregistry" ? [] : ["serve", await writeConfig(directory, options)];
  const child = new Deno.Command(command, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const listening = Promise.withResolvers<string>();
  const ended = Promise.all([
    watch(child.stdout, listening.resolve),
    watch(child.stderr, listening.resolve),
    child.status,
  ]).then(([out, err]) => listening.reject(new Error(`${command} ended before it listened:\n${out}${err}`)));
  // Once it listens nobody asks for this any more.
  listening.promise.catch(() => {});
  const host = await listening.promise;
  return {
    host,
    storage: join(directory, "storage"),
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await ended;
      await Deno.remove(directory, { recursive: true });
    },
  };
}

async function writeConfig(directory: string, { auth, http }: RegistryOptions): Promise<string> {
  const path = join(directory, "config.yml");
  await Deno.writeTextFile(
    path,
    `version: 0.1
log:
  level: info
  formatter: json
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${join(directory, "storage")}
  delete:
    enabled: true
${auth === undefined ? "" : `auth:\n${auth}\n`}http:
  addr: 127.0.0.1:0
${http ?? ""}
`,
  );
  return path;
}

/** Reads what a process says to the end, so that it never blocks, and looks for the address that it listens on. */
async function watch(stream: ReadableStream<Uint8Array>, found: (host: string) => void): Promise<string> {
  let text = "";
  let isListening = false;
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    // What it says after that nobody reads, and with thousands of requests it is much.
    if (isListening) continue;
    text += part;
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1];
    if (host === undefined) continue;
    isListening = true;
    found(host);
  }
  return text;
}
