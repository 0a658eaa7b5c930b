/** Tars of which every byte is the test's own: also those that no library would write. */

/** One member. What is left out is that of an ordinary file. */
export interface RawMember {
  readonly name: string | Uint8Array;
  /** The type flag. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  /** What the header says, as a number or as the bytes of the field; the size of the content when left out. */
  readonly size?: number | Uint8Array;
  /** The bytes of the field for the time; 1970 when left out. */
  readonly mtime?: Uint8Array;
  readonly mode?: number;
  readonly target?: string;
  readonly prefix?: string;
  /** Whether the checksum is right; it is when left out. */
  readonly checksum?: boolean;
}

const BLOCK = 512;
const ENCODER = new TextEncoder();

/** Writes members and the end of the archive. */
export function rawTar(
  members: readonly RawMember[],
  end: Uint8Array = new Uint8Array(2 * BLOCK),
): Uint8Array<ArrayBuffer> {
  return concat(...members.map(rawMember), end);
}

/** Writes one member: its header, its content and the padding. */
export function rawMember(member: RawMember): Uint8Array<ArrayBuffer> {
  const { name, type = "0", content = "", mode = 0o644, target = "", prefix = "", checksum = true } = member;
  const bytes = typeof content === "string" ? ENCODER.encode(content) : content;
  const header = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => void ENCODER.encodeInto(text, header.subarray(at));
  if (typeof name === "string") put(0, name);
  else header.set(name, 0);
  put(100, octal(mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  const { size = bytes.byteLength, mtime = ENCODER.encode(octal(0, 11)) } = member;
  header.set(typeof size === "number" ? ENCODER.encode(octal(size, 11)) : size, 124);
  header.set(mtime, 136);
  put(148, "        ");
  put(156, type);
  put(157, target);
  put(257, "ustar\x0000");
  put(345, prefix);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(checksum ? sum : sum + 1, 6)}\0`);
  return concat(header, bytes, new Uint8Array((BLOCK - bytes.byteLength % BLOCK) % BLOCK));
}

/** A PAX header for the member after it. */
export function paxHeader(records: Readonly<Record<string, string>>, type = "x"): RawMember {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ENCODER.encode(` ${key}=${value}\n`).byteLength;
    let digits = String(rest).length;
    if (String(rest + digits).length > digits) digits++;
    return `${rest + digits} ${key}=${value}\n`;
  });
  return { name: "PaxHeaders/x", type, content: lines.join("") };
}

/** A symbolic link. */
export function symlink(name: string, target: string): RawMember {
  return { name, type: "2", target };
}

/** A hard link. */
export function hardlink(name: string, target: string): RawMember {
  return { name, type: "1", target };
}

/** A directory. */
export function folder(name: string): RawMember {
  return { name, type: "5", mode: 0o755 };
}

/** A file. */
export function file(name: string, content = name): RawMember {
  return { name, content };
}

/** Puts bytes one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.byteLength), 0);
  return all;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
