import { InvalidArgumentError } from "commander";

const BYTES_OF_UNIT: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/**
 * Parses a number of bytes, such as `500MB`, `10GiB` or `1048576`.
 *
 * @throws {InvalidArgumentError} When it is none, or none at all.
 */
export function byteSize(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,12})\s?([a-zA-Z]{0,3})$/.exec(text) ?? [];
  const size = Number(number) * (Object.hasOwn(BYTES_OF_UNIT, unit) ? BYTES_OF_UNIT[unit] ?? NaN : NaN);
  if (number !== "" && Number.isSafeInteger(size) && size > 0) return size;
  throw new InvalidArgumentError("It must be a number of bytes, such as 500MB or 10GiB.");
}
