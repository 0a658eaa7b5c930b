import type { ConnectionProblem } from "./transport.ts";

/**
 * Tells from the words of Deno's `fetch` why there was no answer; it has no codes.
 *
 * @param reason The message, with the one that caused it.
 */
export function fetchProblem(reason: string): { readonly problem: ConnectionProblem; readonly text: string } {
  const found = PROBLEMS.find(([pattern]) => pattern.test(reason));
  // What the library says first are addresses, and who reads it knows the one that matters.
  if (found === undefined) return { problem: "other", text: reason.replace(/^.* client error \(\w+\): /, "") };
  const [pattern, problem, text] = found;
  const detail = pattern.exec(reason)?.[1]?.replace(/^[\s:,]+/, "") ?? "";
  return { problem, text: detail === "" ? text : `${text}, ${detail}` };
}

/** What systems say of a name that does not exist: glibc, macOS, musl, Windows in any language. */
const UNKNOWN_HOST_REGEXP =
  /name or service not known|no address associated|nodename nor servname|name does not resolve|os error 1100[14]/i;

const PROBLEMS: readonly (readonly [RegExp, ConnectionProblem, string])[] = [
  [/proxy authentication required/, "proxy", "the proxy wants a user name and a password"],
  [/unsuccessful tunnel|tunneling|socks|proxy server/i, "proxy", "the proxy does not let it through"],
  [UNKNOWN_HOST_REGEXP, "unknown-host", "the host name is not known"],
  [/dns error|failed to lookup/, "dns", "the host name cannot be looked up now"],
  [/connection refused/i, "refused", "connection refused"],
  [/ports? .*blocked|bad port/i, "blocked", "this port is blocked by the runtime"],
  [
    /received fatal alert: \w*(?:certificate|CA)\w*/i,
    "client-certificate",
    "it wants a client certificate, and got none that it trusts",
  ],
  [/invalid peer certificate: .*expired(.*)/i, "certificate-expired", "its certificate has expired"],
  [/invalid peer certificate: .*not ?valid ?yet(.*)/i, "certificate-expired", "its certificate is not valid yet"],
  [/invalid peer certificate: .*not ?valid ?for ?name(.*)/i, "certificate-host", "its certificate is for another host"],
  [/invalid peer certificate: (.+)/, "certificate", "its certificate is not trusted"],
  [/invalid HTTP status (\d+)/, "not-http", "its answer has a status that HTTP does not have"],
  [/invalid HTTP/, "not-http", "it does not answer HTTP"],
  [/InvalidContentType|tls handshake|HandshakeFailure|corrupt message/i, "tls", "it does not answer TLS"],
  [
    /reset|broken pipe|closed|reading a body|unexpected end|incomplete|os error|early eof/i,
    "reset",
    "the connection broke",
  ],
];
