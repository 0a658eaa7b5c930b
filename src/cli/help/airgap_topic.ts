import { Command } from "commander";
import { withExamples } from "./examples.ts";

/** Declares the page of help about how artifacts get to where there is no network. It is no command. */
export function airgapTopic(): Command {
  const command = new Command("gantry")
    .description(
      "How artifacts get to a registry without a network. On the connected side, export packs them and everything " +
        "that refers to them into one tar, a directory, or volumes of a size that fits the medium. Anywhere, verify " +
        "reads every byte and says what is missing. On the isolated side, import shows what would happen, asks, and " +
        "puts each artifact into the repository that it came from, below a prefix. With an inventory of what is " +
        "there already, the next bundle has only what is new.",
    )
    .usage("export | verify | import | inventory");
  return withExamples(command, [
    [
      "Connected side: pack what has to go over, in files of 4 GiB",
      "gantry export oci://ghcr.io/acme/app:1.0.0 oci://ghcr.io/acme/db:2.1.0 oci-archive:parts.tar --volume-size 4GiB",
    ],
    ["Anywhere: is it whole?", "gantry verify oci-archive:bundle.tar"],
    [
      "Isolated side: what would happen, and then do it",
      "gantry import oci-archive:bundle.tar oci://registry.site/mirror --dry-run",
    ],
    [
      "Without a question, and with a record of what was done",
      "gantry import oci-archive:bundle.tar oci://registry.site/mirror --yes --receipt receipt.json",
    ],
    [
      "What is there already, for `gantry export --have` the next time",
      "gantry inventory oci://registry.site/mirror > have.json",
    ],
  ]);
}
