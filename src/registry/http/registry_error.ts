import { inQuery } from "./tell_secrets.ts";
import type { Method } from "./transport.ts";

/**
 * One error as a registry reports it.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes | OCI distribution-spec 1.1.1, Error Codes}
 */
export interface ReportedError {
  /** Such as `DENIED`. */
  readonly code: string;
  /** What the registry says to people. */
  readonly message: string;
  /** Whatever else the registry says, as text. */
  readonly detail?: string;
}

/** What a {@linkcode RegistryError} knows. */
export interface RegistryFailure {
  /** What was tried, such as `push sha256:9f86…`. */
  readonly action: string;
  /** The method of the request. */
  readonly method: Method;
  /** Without userinfo and without the values of the query. */
  readonly url: string;
  /** The HTTP status. */
  readonly status: number;
  /** What the registry reported; empty when it said nothing that could be understood. */
  readonly errors: readonly ReportedError[];
  /** The beginning of an answer that is no error report, such as a proxy's page. */
  readonly text?: string;
  /** What the registry calls this request in its own logs. */
  readonly requestId?: string;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
  /** How often it was tried, when it was more than once. */
  readonly attempts?: number;
  /** Whether it was another host that answered, to which the registry has sent the request. */
  readonly isElsewhere?: boolean;
  /** Where the credentials are from that were shown and refused; never the credentials themselves. */
  readonly refused?: string;
  /** Whether it was refused although nobody had shown any credentials. */
  readonly isAnonymous?: boolean;
  /** Why no credentials were shown although there may be some: what a credential helper said. */
  readonly helperProblem?: string;
  /** The proxy through which the request went, when the answer is none that a registry gives. */
  readonly proxy?: string;
}

/** A registry answered, and the answer is no. */
export class RegistryError extends Error implements RegistryFailure {
  /** The name of the class. */
  override readonly name = "RegistryError";
  /** What was tried. */
  readonly action: string;
  /** The method of the request. */
  readonly method: Method;
  /** Without userinfo and without the values of the query. */
  readonly url: string;
  /** The HTTP status. */
  readonly status: number;
  /** What the registry reported. */
  readonly errors: readonly ReportedError[];
  /** The beginning of an answer that is no error report. */
  readonly text?: string;
  /** What the registry calls this request in its own logs. */
  readonly requestId?: string;
  /** The `Retry-After` header as it came. */
  readonly retryAfter?: string;
  /** How often it was tried, when it was more than once. */
  readonly attempts?: number;
  readonly isElsewhere?: boolean;
  /** Where the credentials are from that were shown and refused. */
  readonly refused?: string;
  /** Whether it was refused although nobody had shown any credentials. */
  readonly isAnonymous?: boolean;
  /** Why no credentials were shown although there may be some. */
  readonly helperProblem?: string;
  /** The proxy through which the request went, when the answer is none that a registry gives. */
  readonly proxy?: string;

  /** Sums up what the registry said. */
  constructor(failure: RegistryFailure, options?: ErrorOptions) {
    super(`Cannot ${failure.action}: ${summary(failure)}`, options);
    this.action = failure.action;
    this.method = failure.method;
    this.url = failure.url;
    this.status = failure.status;
    this.errors = failure.errors;
    if (failure.text !== undefined) this.text = failure.text;
    if (failure.requestId !== undefined) this.requestId = failure.requestId;
    if (failure.retryAfter !== undefined) this.retryAfter = failure.retryAfter;
    if (failure.attempts !== undefined) this.attempts = failure.attempts;
    if (failure.isElsewhere !== undefined) this.isElsewhere = failure.isElsewhere;
    if (failure.refused !== undefined) this.refused = failure.refused;
    if (failure.isAnonymous !== undefined) this.isAnonymous = failure.isAnonymous;
    if (failure.helperProblem !== undefined) this.helperProblem = failure.helperProblem;
    if (failure.proxy !== undefined) this.proxy = failure.proxy;
  }

  /** Whether there is no repository of that name, or none that we may know of. */
  get isPlaceUnknown(): boolean {
    return this.has("NAME_UNKNOWN");
  }

  /** Whether the registry reported one of these codes. */
  has(...codes: readonly string[]): boolean {
    return this.errors.some((error) => codes.includes(error.code));
  }
}

/** How much of an error's body is read. */
const BODY_LIMIT = 16 * 1024;
/** How long one piece of a registry's own words may be in a message. */
const TEXT_LIMIT = 300;
const REQUEST_ID_HEADERS = ["x-request-id", "x-github-request-id", "x-amzn-requestid", "x-ms-correlation-request-id"];

/** The request that an answer is to. */
interface AnsweredRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else was sent that nobody may read. */
  readonly secrets?: readonly string[];
}

/**
 * Reads an answer that is not the one hoped for, and lets go of it. What was secret in the request is not shown, even
 * where the answer quotes it.
 */
export async function readRegistryError(
  action: string,
  request: AnsweredRequest,
  answer: Response,
): Promise<RegistryError> {
  const body = withoutSecrets(await readText(answer), request);
  const errors = parseErrors(body);
  const text = errors.length > 0 ? "" : plainText(body);
  const requestId = REQUEST_ID_HEADERS.map((name) => answer.headers.get(name) ?? undefined).find(Boolean);
  const retryAfter = answer.headers.get("retry-after") ?? undefined;
  return new RegistryError({
    action,
    method: request.method,
    url: redactUrl(request.url),
    status: answer.status,
    errors,
    ...(text === "" ? {} : { text }),
    ...(requestId === undefined ? {} : { requestId: shorten(requestId, 100) }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

function summary(failure: RegistryFailure): string {
  const { errors, status, text } = failure;
  const said = errors.length === 0
    ? `HTTP ${status}${text === undefined ? "" : `, ${text}`}`
    : errors.map((error, index) => {
      const name = index === 0 ? `${error.code || "HTTP"} (${status})` : error.code;
      return [name, error.message, error.detail].filter((part) => part).join(", ");
    }).join("; ");
  const request = failure.requestId === undefined ? "" : `, request ${failure.requestId}`;
  const attempts = failure.attempts === undefined ? "" : `, ${failure.attempts} attempts`;
  const proxy = failure.proxy === undefined ? "" : ` through the proxy ${failure.proxy}`;
  const helper = failure.helperProblem === undefined ? "" : `, without credentials: ${failure.helperProblem}`;
  return `${said} (${failure.method} ${failure.url}${proxy}${request}${attempts})${helper}`;
}

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const part of answer.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length >= BODY_LIMIT) break;
    }
  } catch {
    // The status is known; a body that breaks off only costs details.
  }
  return text.slice(0, BODY_LIMIT);
}

function withoutSecrets(text: string, { url, headers = {}, secrets = [] }: AnsweredRequest): string {
  const shown = [...secrets, ...secretsInAuthorization(headers.authorization ?? ""), ...inQuery(url)];
  // The longest first: one secret may be a part of another.
  for (const secret of shown.filter(({ length }) => length > 2).sort((a, b) => b.length - a.length)) {
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])) {
      text = text.replaceAll(form, "***");
    }
  }
  return text;
}

function secretsInAuthorization(header: string): readonly string[] {
  const [, scheme, value] = /^(Basic|Bearer) (.+)$/.exec(header) ?? [];
  if (value === undefined) return [];
  return scheme === "Basic" ? [value, passwordIn(value)] : [value];
}

function passwordIn(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes).replace(/^[^:]*:/, "");
}

function parseErrors(body: string): readonly ReportedError[] {
  try {
    const { errors } = JSON.parse(body);
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 5).filter((error) => typeof error === "object" && error !== null).map((error) => {
      const detail = error.detail === undefined || error.detail === null ? "" : asText(error.detail);
      return {
        code: asText(error.code ?? ""),
        message: asText(error.message ?? ""),
        ...(detail === "" || detail === "{}" || detail === "[]" ? {} : { detail }),
      };
    });
  } catch {
    return [];
  }
}

function asText(value: unknown): string {
  return plainText(typeof value === "string" ? value : JSON.stringify(value));
}

/** What a page says, without its tags and without anything that acts on a terminal; cut where it gets long. */
export function plainText(text: string): string {
  // That is content, and says nothing.
  if (text.includes("\0")) return "";
  const title = /<title>([^<]*)<\/title>/i.exec(text)?.[1];
  // Control characters could move the cursor of the terminal that shows the message.
  // deno-lint-ignore no-control-regex
  return shorten((title ?? text).replace(/<[^<>]*>/g, " ").replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, " ").trim());
}

function shorten(text: string, limit = TEXT_LIMIT): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

/** Writes a URL for people: no userinfo, no fragment, and of the query only the names of its parameters. */
export function redactUrl(url: URL): string {
  const names = [...new Set(url.searchParams.keys())].map((name) => `${encodeURIComponent(name)}=…`);
  return `${url.protocol}//${url.host}${url.pathname}${names.length === 0 ? "" : `?${names.join("&")}`}`;
}

/** A registry, or its token server, does not take the credentials that a login shows. */
export class CredentialsRefusedError extends Error {
  override readonly name = "CredentialsRefusedError";
}
