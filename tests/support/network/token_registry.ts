/** Distribution with token authentication, and the server that gives the tokens. */
import { join } from "node:path";
import { makeCertificate } from "./certificates.ts";
import { type RegistryCommand, type RunningRegistry, startRegistry } from "../registry_process.ts";
import { tempDirectory } from "../temp_directory.ts";
import { startTokenServer, type TokenServer, type TokenServerOptions } from "./token_server.ts";

/** A registry, and who gives tokens for it. */
export interface TokenRegistry extends AsyncDisposable {
  readonly registry: RunningRegistry;
  readonly tokens: TokenServer;
}

/** What a registry with tokens is started with. */
export interface TokenRegistryOptions extends Omit<TokenServerOptions, "certificate"> {
  /** Where the registry says that tokens are given, when that is not the token server itself. */
  readonly realm?: (realm: string) => string;
}

/** Starts both, each on a port that the system chose. */
export async function startTokenRegistry(
  command: RegistryCommand,
  { realm = (realm) => realm, ...options }: TokenRegistryOptions,
): Promise<TokenRegistry> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await tempDirectory());
  const certificate = await makeCertificate({ name: "token server" });
  const bundle = join(directory.path, "bundle.pem");
  await Deno.writeTextFile(bundle, certificate.cert);
  const tokens = stack.use(startTokenServer({ ...options, certificate }));
  const token = [`realm: ${realm(tokens.realm)}`, "service: a service", "issuer: test", `rootcertbundle: ${bundle}`];
  const auth = `  token:\n${token.map((line) => `    ${line}`).join("\n")}`;
  const registry = stack.use(await startRegistry(command, { auth }));
  const started = stack.move();
  return { registry, tokens, [Symbol.asyncDispose]: () => started.disposeAsync() };
}
