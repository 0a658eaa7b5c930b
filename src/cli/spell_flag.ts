/** An option of a verb as the command line has it: `outputArchive` is `--output-archive`. */
export function spellFlag(option: string, value?: string): string {
  const flag = `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? flag : `${flag} ${value}`;
}
