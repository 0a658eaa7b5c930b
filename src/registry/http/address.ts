/** What kind of place a host is. A name that is not an address is `public`, since it is not looked up here. */
export type HostKind = "forbidden" | "loopback" | "private" | "public";

/** Names under which clouds hand out their machines' credentials. */
const METADATA_NAMES: readonly string[] = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

const V4_KINDS: readonly (readonly [network: string, kind: HostKind])[] = [
  ["0.0.0.0/8", "forbidden"],
  ["169.254.0.0/16", "forbidden"],
  ["100.100.100.200/32", "forbidden"],
  ["224.0.0.0/3", "forbidden"],
  ["127.0.0.0/8", "loopback"],
  ["10.0.0.0/8", "private"],
  ["172.16.0.0/12", "private"],
  ["192.168.0.0/16", "private"],
  ["100.64.0.0/10", "private"],
];

/**
 * Says what kind of place the host of a URL is.
 *
 * @param hostname As `URL.hostname` has it: addresses are normalised, IPv6 stands in brackets.
 */
export function hostKind(hostname: string): HostKind {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (METADATA_NAMES.includes(name)) return "forbidden";
  if (name === "localhost" || name.endsWith(".localhost")) return "loopback";
  if (name.startsWith("[")) return v6Kind(name.slice(1, -1));
  return /^[0-9.]+$/.test(name) ? v4Kind(v4Number(name)) : "public";
}

function v4Kind(address: number): HostKind {
  const found = V4_KINDS.find(([network]) => {
    const [base = "", bits] = network.split("/");
    const span = 2 ** (32 - Number(bits));
    return Math.floor(address / span) === Math.floor(v4Number(base) / span);
  });
  return found?.[1] ?? "public";
}

function v6Kind(address: string): HostKind {
  if (address === "::") return "forbidden";
  if (address === "::1") return "loopback";
  // `URL` writes the IPv4 address in a mapped or translated one as two groups of hexadecimal digits.
  const mapped = /^(?:::ffff:|::ffff:0:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped !== null) return v4Kind(parseInt(mapped[1] ?? "", 16) * 65536 + parseInt(mapped[2] ?? "", 16));
  if (/^fd00:ec2:/.test(address) || /^fe[89ab]/.test(address) || /^ff/.test(address)) return "forbidden";
  return /^f[cd]/.test(address) ? "private" : "public";
}

function v4Number(text: string): number {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
