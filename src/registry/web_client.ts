import { isObject } from "../oci/is_object.ts";
import { SYSTEM_CLOCK } from "../system/clock.ts";
import type { AskService, WebRequest } from "../work/ask_service.ts";
import type { Call } from "../work/context.ts";
import type { RegistryClientOptions } from "./client.ts";
import { hostKind } from "./http/address.ts";
import { openTransport } from "./http/open_transport.ts";
import { readLimited } from "./http/read_answer.ts";
import { readRegistryError, redactUrl, RegistryError } from "./http/registry_error.ts";
import { bytesBody, ConnectionError, type OpenTransport } from "./http/transport.ts";
import { DEFAULT_RETRY_POLICY, retry } from "./retry.ts";

/** How services are talked to: as registries are, but for what is only between us and a registry. */
export type WebClientOptions = Omit<RegistryClientOptions, "host" | "plainHttp" | "credentials" | "challenges">;

/** Asks services other than registries. */
export interface WebClient {
  readonly ask: AskService;
  /** Closes connections. */
  close(): void;
}

/** How much of an answer is read, in bytes. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/**
 * Makes a client of web services, with the proxies, the certificate authorities, the retries and the limits that
 * registries have. Client certificates are shown to registries alone, and only of theirs any certificate is taken.
 *
 * A redirect is an error: what is sent is meant for the one service.
 */
export function createWebClient(options: WebClientOptions): WebClient {
  const { tls: { caCerts } = {}, clock = SYSTEM_CLOCK, random, retry: policy = DEFAULT_RETRY_POLICY, ...others } =
    options;
  const backoff = { policy, clock, said: new Set<string>(), ...(random === undefined ? {} : { random }) };
  const opened = new Map<string, OpenTransport>();

  function transportTo({ host }: URL): OpenTransport {
    const transport = opened.get(host) ??
      openTransport({ ...others, host, clock, ...(caCerts === undefined ? {} : { caCerts }) });
    opened.set(host, transport);
    return transport;
  }

  async function askOnce(request: WebRequest, { signal, log }: Call): ReturnType<AskService> {
    const { action, method, url, headers, body, expect, secrets = [] } = request;
    const started = clock.now();
    const answer = await transportTo(url).send({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body: bytesBody(body) }),
      trusted: false,
      signal,
    });
    const { status } = answer;
    log.debug(`${method} ${url.origin}${url.pathname}: ${status} in ${clock.now() - started} ms`);
    if (expect.includes(status)) {
      return { status, headers: answer.headers, bytes: await readLimited(answer, ANSWER_LIMIT, action) };
    }
    throw await readRegistryError(action, { method, url, headers, secrets }, await inPlainWords(answer));
  }

  return {
    async ask(request, call): ReturnType<AskService> {
      const { action, url } = request;
      if (url.protocol !== "https:" && hostKind(url.hostname) !== "loopback") {
        throw new Error(`Cannot ${action}: ${redactUrl(url)} is no HTTPS, and everybody on the way could read along`);
      }
      try {
        return await retry(() => askOnce(request, call), backoff, call);
      } catch (error) {
        call.signal.throwIfAborted();
        // No registry has said so, and nothing that helps with one helps here.
        if (error instanceof RegistryError) throw new Error(error.message, { cause: error });
        if (!(error instanceof ConnectionError)) throw error;
        const message = `Cannot ${action}: ${error.message.replace(/^C/, "c")}`;
        throw new ConnectionError(error.problem === "tls" ? "other" : error.problem, message, {
          ...error,
          cause: error,
        });
      }
    },
    close: () => opened.forEach(({ close }) => close()),
  };
}

/** How much of an error is read, in bytes. */
const ERROR_LIMIT = 64 * 1024;

/** What is for people in an answer such as `{"code":16,"message":"…"}`; all of it where it is something else. */
async function inPlainWords(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  // The status is known; a body that breaks off or does not end only costs details.
  const bytes = await readLimited(answer, ERROR_LIMIT, "read").catch(() => new Uint8Array());
  const words = wordsIn(new TextDecoder().decode(bytes));
  // Some statuses have no body at all.
  return new Response(words === "" ? null : words, { status, headers });
}

function wordsIn(text: string): string {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) && typeof json.message === "string" ? json.message : text;
  } catch {
    return text;
  }
}
