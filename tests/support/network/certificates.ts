/**
 * X.509 certificates for tests, made on the spot: an authority of one's own, servers, clients, expired ones.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5280#section-4.1 | RFC 5280, Basic Certificate Fields}
 */

/** A certificate and its private key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Signs others in the name of this one. */
  readonly signer: Signer;
}

interface Signer {
  readonly name: string;
  readonly privateKey: CryptoKey;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** Common name. */
  readonly name: string;
  /** Who signs; itself when left out. */
  readonly issuer?: Certificate;
  /** Whether it may sign others. */
  readonly authority?: boolean;
  /** DNS names and IPv4 addresses that it is for. */
  readonly hosts?: readonly string[];
  /** Until when it is good; for a day from now when left out. It is good since two days before. */
  readonly notAfter?: Date;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const DAY = 24 * 60 * 60 * 1000;

/** Makes a certificate on the P-256 curve. */
export async function makeCertificate(options: CertificateOptions): Promise<Certificate> {
  const { name, issuer, notAfter = new Date(Date.now() + DAY) } = options;
  const { publicKey, privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const signer = issuer?.signer ?? { name, privateKey };
  const body = sequence(
    explicit(0, integer([2])),
    integer([0x01, ...crypto.getRandomValues(new Uint8Array(8))]),
    sequence(ECDSA_SHA256),
    distinguishedName(signer.name),
    sequence(time(new Date(notAfter.getTime() - 3 * DAY)), time(notAfter)),
    distinguishedName(name),
    new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
    explicit(3, sequence(...extensions(options))),
  );
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, signer.privateKey, body);
  const signature = sequence(integer([...new Uint8Array(raw, 0, 32)]), integer([...new Uint8Array(raw, 32)]));
  return {
    cert: pem("CERTIFICATE", sequence(body, sequence(ECDSA_SHA256), bitString(signature))),
    key: pem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey))),
    signer: { name, privateKey },
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

const ECDSA_SHA256 = oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02);
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const EXTENDED_KEY_USAGE = oid(0x55, 0x1d, 0x25);
const SERVER_AUTH = oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01);
const CLIENT_AUTH = oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02);

function extensions({ authority = false, hosts = [] }: CertificateOptions): readonly Bytes[] {
  const names = hosts.map((host) =>
    /^[0-9.]+$/.test(host) ? tagged(0x87, Uint8Array.from(host.split("."), Number)) : tagged(0x82, ascii(host))
  );
  return [
    extension(BASIC_CONSTRAINTS, sequence(...(authority ? [tagged(0x01, Uint8Array.of(0xff))] : []))),
    ...(authority ? [] : [extension(EXTENDED_KEY_USAGE, sequence(SERVER_AUTH, CLIENT_AUTH))]),
    ...(names.length === 0 ? [] : [extension(SUBJECT_ALT_NAME, sequence(...names))]),
  ];
}

function extension(id: Bytes, value: Bytes): Bytes {
  return sequence(id, tagged(0x04, value));
}

function distinguishedName(name: string): Bytes {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, ascii(name)))));
}

function time(date: Date): Bytes {
  return tagged(0x18, ascii(`${date.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
}

function integer(bytes: readonly number[]): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.slice(Math.max(0, first));
  // A leading bit would make it negative.
  return tagged(0x02, Uint8Array.from((short[0] ?? 0) >= 0x80 ? [0, ...short] : short));
}

function bitString(bytes: Bytes): Bytes {
  return tagged(0x03, concat([Uint8Array.of(0), bytes]));
}

function explicit(number: number, value: Bytes): Bytes {
  return tagged(0xa0 + number, value);
}

function sequence(...parts: readonly Bytes[]): Bytes {
  return tagged(0x30, concat(parts));
}

function oid(...bytes: readonly number[]): Bytes {
  return tagged(0x06, Uint8Array.from(bytes));
}

function tagged(tag: number, value: Bytes): Bytes {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat([Uint8Array.of(tag, ...size), value]);
}

function concat(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function ascii(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Bytes): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
