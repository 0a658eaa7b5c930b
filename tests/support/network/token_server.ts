/**
 * A token server for distribution: it signs tokens with a certificate that the registry trusts.
 *
 * @see {@link https://distribution.github.io/distribution/spec/auth/jwt/ | Token Authentication Implementation}
 */
import type { Certificate } from "./certificates.ts";

/** Whom a token server trusts, and with what. */
export interface TokenServerOptions {
  /** Signs the tokens; the registry trusts it, or the one that issued it. */
  readonly certificate: Certificate;
  /** Who may pull and push everything. */
  readonly username: string;
  readonly password: string;
  /** What everybody may pull; everything when left out. */
  readonly isPublic?: (repository: string) => boolean;
  /** How many seconds the first token is good for, up to one more; 300 when left out, as the others always are. */
  readonly lifetime?: number;
  /** How many seconds the server says that the first token is good for; the truth when left out. */
  readonly announced?: number;
}

/** A running token server. */
export interface TokenServer extends AsyncDisposable {
  /** Where tokens are asked for. */
  readonly realm: string;
  /** The scopes of each request so far. */
  readonly requests: readonly string[];
  /** Each token so far, so that a test can look for them where they must not be. */
  readonly tokens: readonly string[];
}

/** Starts a server that gives whoever knows the password what they ask for, and others the right to pull. */
export function startTokenServer(options: TokenServerOptions): TokenServer {
  const { certificate, username, password, isPublic = () => true } = options;
  const requests: string[] = [];
  const tokens: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const query = new URL(request.url).searchParams;
    const scopes = query.getAll("scope");
    requests.push(scopes.join(" "));
    const authorization = request.headers.get("authorization");
    const isKnown = authorization === `Basic ${btoa(`${username}:${password}`)}`;
    if (authorization !== null && !isKnown) return new Response("wrong password", { status: 401 });
    const access = scopes.map((scope) => {
      const [type, name = "", actions = ""] = scope.split(":");
      const isAllowed = (action: string): boolean => isKnown || action === "pull" && isPublic(name);
      return { type, name, actions: actions.split(",").filter(isAllowed) };
    });
    const lifetime = tokens.length === 0 ? options.lifetime ?? LIFETIME : LIFETIME;
    const announced = tokens.length === 0 ? options.announced ?? lifetime : LIFETIME;
    const token = await sign(certificate, query.get("service") ?? "", { access, lifetime });
    tokens.push(token);
    return Response.json({ token, expires_in: announced });
  });
  return {
    realm: `http://127.0.0.1:${server.addr.port}/token`,
    requests,
    tokens,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** In seconds. */
const LIFETIME = 300;

/** Distribution takes a token for so many seconds after its end, because clocks differ. */
const LEEWAY = 60;

interface Grant {
  readonly access: unknown;
  readonly lifetime: number;
}

async function sign({ cert, signer }: Certificate, audience: string, grant: Grant): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const head = { typ: "JWT", alg: "ES256", x5c: [cert.replace(/-----[^-]+-----|\s/g, "")] };
  const claims = {
    iss: "test",
    aud: audience,
    sub: "",
    nbf: now - LEEWAY,
    iat: now,
    exp: now + 1 + grant.lifetime - LEEWAY,
    jti: crypto.randomUUID(),
    access: grant.access,
  };
  const text = [head, claims].map((part) => base64Url(new TextEncoder().encode(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    signer.privateKey,
    new TextEncoder().encode(text),
  );
  return `${text}.${base64Url(new Uint8Array(signature))}`;
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
