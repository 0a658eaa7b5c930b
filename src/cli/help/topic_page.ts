import type { Command } from "commander";
import { airgapTopic } from "./airgap_topic.ts";
import { migrateTopic } from "./migrate_topic.ts";
import { registryTopic } from "./registry_topic.ts";
import type { Topic } from "./topics.ts";

/**
 * Writes a page of help that is about no command.
 *
 * @param program Says how help is laid out.
 */
export function topicPage(topic: Topic, program: Command): string {
  const page = (topic: Command): string => topic.copyInheritedSettings(program).helpOption(false).helpInformation();
  switch (topic) {
    case "migrate": {
      const helper = program.createHelp();
      helper.prepareContext({ helpWidth: program.configureOutput().getOutHelpWidth?.() ?? 80 });
      return migrateTopic(helper);
    }
    case "registry":
      return page(registryTopic());
    case "airgap":
      return page(airgapTopic());
  }
}
