/** A media type without parameters, in lower case: registries add `; charset=utf-8`. */
export function bareMediaType(text: string | undefined): string {
  return (text ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
