import type { Guard, Guarded, RequestBody, TransportRequest } from "./transport.ts";

/**
 * Tells every secret on its way before anybody can quote it: what requests show to say who we are, and what is secret
 * in the URLs that servers send us to. An error may hold the words of any server, and those may hold what it was sent.
 *
 * @param secret Told each text; the same one may come again.
 */
export function tellSecrets(secret: (text: string) => void): Guard {
  return async (request): Promise<Guarded> => {
    for (const text of [...shown(request), ...await inForm(request)]) secret(text);
    return {
      request,
      answered(answer): Response {
        const location = answer.headers.get("location");
        if (location !== null && URL.canParse(location, request.url)) {
          const url = new URL(location, request.url);
          for (const text of [decoded(url.username), decoded(url.password), ...inQuery(url)]) secret(text);
        }
        return answer;
      },
    };
  };
}

/** The token, or the name and the password in Base64. */
function shown({ headers }: TransportRequest): readonly string[] {
  const [, credential] = /^\S+ +(.+)$/.exec(headers.authorization ?? "") ?? [];
  return credential === undefined ? [] : [credential];
}

/** A token server is shown passwords and refresh tokens in a form. */
async function inForm({ headers, body }: TransportRequest): Promise<readonly string[]> {
  if (body === undefined || headers["content-type"] !== "application/x-www-form-urlencoded") return [];
  const form = new URLSearchParams(await textOf(body));
  return ["password", "refresh_token"].flatMap((name) => form.getAll(name));
}

async function textOf(body: RequestBody): Promise<string> {
  return await new Response(body.open()).text();
}

/** Names of parameters that sign a request or let somebody in: of S3, Azure, Google, CloudFront and upload sessions. */
const SECRET_NAME_REGEXP = /sig|token|credential|policy|hmac|secret|key|auth|password|jwt|state|session|ticket/i;
/** How long a value of any other parameter is, at least, that nobody can have chosen as a name. */
const RANDOM_LENGTH = 32;
/** A short value, such as the name of an algorithm, says nothing. */
const SHORT_LENGTH = 8;

/** What is secret in a query, both as it stands there and decoded; names of content are not. */
export function inQuery({ search }: URL): readonly string[] {
  return search.slice(1).split("&").flatMap((pair) => {
    const equals = pair.indexOf("=");
    const raw = pair.slice(equals + 1);
    const value = decoded(raw.replaceAll("+", " "));
    if (equals < 0 || isPublic(value) || value.length < SHORT_LENGTH) return [];
    const isSecret = SECRET_NAME_REGEXP.test(pair.slice(0, equals)) || isRandom(value);
    return isSecret ? [raw, value, decoded(raw)] : [];
  });
}

/** Digests, media types and what tokens are asked for stand in results, which must not lose them. */
function isPublic(value: string): boolean {
  return /^[a-z0-9]+:[0-9a-f]{32,}$|^[a-z]+\/[a-z0-9.+-]+$|^(?:repository|registry):/.test(value);
}

function isRandom(value: string): boolean {
  return value.length >= RANDOM_LENGTH && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
