import { OptionsError } from "../../options/options_error.ts";

/** One tag stands at artifacts of different repositories, and one repository has each tag once. */
export class SharedTagError extends OptionsError {
  /** Names the place, the tag and how many artifacts it stands at. */
  constructor(url: string, tag: string, { artifacts }: { readonly artifacts: number }) {
    super(
      `Cannot copy all tags of ${url} to one repository: ${JSON.stringify(tag)} stands at ${artifacts} artifacts of ` +
        "different repositories",
    );
  }
}
