import type { Command, Help } from "commander";
import { EXIT_MEANINGS } from "../output/exit_code.ts";
import { airgapTopic } from "./airgap_topic.ts";
import { helpCommand } from "./commands.ts";
import { migrateTopic } from "./migrate_topic.ts";
import { registryTopic } from "./registry_topic.ts";
import { type Topic, type TopicPage, TOPICS } from "./topics.ts";

/**
 * Writes a page of help that is about no command.
 *
 * @param program Says how help is laid out.
 */
export function topicPage(topic: TopicPage, program: Command): string {
  const page = (topic: Command): string => topic.copyInheritedSettings(program).helpOption(false).helpInformation();
  const helper = program.createHelp();
  helper.prepareContext({ helpWidth: program.configureOutput().getOutHelpWidth?.() ?? 80 });
  switch (topic) {
    case "migrate":
      return migrateTopic(helper);
    case "registry":
      return page(registryTopic());
    case "airgap":
      return page(airgapTopic());
    case "exit-codes":
      return list("Exit codes:", EXIT_MEANINGS.map(([code, what]) => [String(code), what]), helper);
    case "topics":
      return list("Topics, for `gantry help TOPIC`:", TOPICS.map((name) => [name, SUMMARIES[name]]), helper);
    case "help":
      return page(helpCommand().name("gantry help"));
  }
}

const SUMMARIES: Readonly<Record<Topic, string>> = {
  "registry": "how to reach a registry: credentials, TLS, proxies, retries",
  "airgap": "how artifacts get to where there is no network",
  "migrate": "what you type today in flux, helm, oras and others, and what you type here",
  "exit-codes": "what each exit code means",
};

function list(title: string, rows: readonly (readonly [term: string, what: string])[], helper: Help): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  return [title, ...rows.map(([term, what]) => helper.formatItem(term, width, what, helper))]
    .map((line) => `${line}\n`).join("");
}
