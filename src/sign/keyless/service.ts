import type { WebRequest } from "../../work/ask_service.ts";

/** A request to a service of sigstore, which is to make something new of what is sent as JSON. */
export function postJson(url: URL, json: unknown): Omit<WebRequest, "action"> {
  return {
    method: "POST",
    url,
    headers: { accept: "application/json", "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify(json)),
    expect: [200, 201],
  };
}

/** What an answer says as JSON; `undefined` when it is none. */
export function jsonIn(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The URL of a path of a service, which may stand below a path itself. */
export function serviceUrl(base: URL, path: string): URL {
  return new URL(path, base.href.replace(/\/*$/, "/"));
}
