import { isObject } from "../../oci/is_object.ts";
import type { AskService } from "../../work/ask_service.ts";
import type { Call } from "../../work/context.ts";
import { KeyError } from "../public_key.ts";
import { AUDIENCE } from "./identity_token.ts";
import { jsonIn } from "./service.ts";

/** Where identity tokens are from. */
export interface TokenSource {
  /** What people call it. */
  readonly name: string;
  /** The token that is there already; left out where one is made when it is asked for. */
  readonly given?: string;
  /** Gets a token. */
  get(ask: AskService, call: Call): Promise<string>;
}

/** A token that somebody else has got: GitLab's `id_tokens`, or any program. */
export const TOKEN_VARIABLE = "SIGSTORE_ID_TOKEN";
/** Where a job of GitHub Actions asks for one, and what it shows there. */
export const ACTIONS_VARIABLES = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] as const;

/**
 * Says where identity tokens are from: the variable `SIGSTORE_ID_TOKEN`, or else GitHub Actions.
 *
 * @param env The value of an environment variable.
 * @throws {KeyError} When there is no such place.
 */
export function tokenSource(env: (name: string) => string | undefined): TokenSource {
  const given = env(TOKEN_VARIABLE);
  // A CI system gives forks empty secrets.
  if (given) return { name: TOKEN_VARIABLE, given, get: () => Promise.resolve(given) };
  const [url, token] = ACTIONS_VARIABLES.map(env);
  if (url && token && URL.canParse(url)) return actionsSource(new URL(url), token);
  throw new KeyError(
    `Cannot sign without a key: ${TOKEN_VARIABLE} is not set, and this is no job of GitHub Actions ` +
      "that has the permission id-token: write",
  );
}

/** @see {@link https://docs.github.com/en/actions/reference/security/oidc | GitHub Actions, OpenID Connect} */
function actionsSource(url: URL, token: string): TokenSource {
  const name = "GitHub Actions";
  url.searchParams.set("audience", AUDIENCE);
  return {
    name,
    async get(ask, call): Promise<string> {
      const { bytes } = await ask({
        action: `get an identity token of ${name}`,
        method: "GET",
        url,
        headers: { accept: "application/json", authorization: `Bearer ${token}` },
        expect: [200],
      }, call);
      const answer = jsonIn(bytes);
      if (isObject(answer) && typeof answer.value === "string") return answer.value;
      throw new Error(`Cannot get an identity token of ${name}: there is none in its answer`);
    },
  };
}
