/**
 * The environment of this process, for a library that nobody has given another one. gantry's command line reads its
 * environment itself; nothing else here looks at it.
 */

/** Reads a variable. Where a program may not read its environment, there is nothing in it. */
export function processEnv(variable: string): string | undefined {
  return isAllowed(variable) ? Deno.env.get(variable) : undefined;
}

/**
 * Makes an HTTP client that goes through the proxy that it is given, or through none.
 *
 * Deno gives every client the proxies of its own environment as well, and asks `NO_PROXY` while it makes one, and only
 * then. It knows no ports there, sends what is for this very machine to the proxy too, and cannot be told to use none.
 */
export function createHttpClient(options: Parameters<typeof Deno.createHttpClient>[0]): Deno.HttpClient {
  if (!isAllowed("NO_PROXY")) return Deno.createHttpClient(options);
  const before = Deno.env.get("NO_PROXY");
  Deno.env.set("NO_PROXY", options.proxy === undefined ? EVERY_HOST : "");
  try {
    return Deno.createHttpClient(options);
  } finally {
    if (before === undefined) Deno.env.delete("NO_PROXY");
    else Deno.env.set("NO_PROXY", before);
  }
}

/** Names and all addresses: to Deno, `*` stands for names only. */
const EVERY_HOST = "*,0.0.0.0/0,::/0";

function isAllowed(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
