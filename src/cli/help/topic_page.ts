import type { Command } from "commander";
import { registryTopic } from "./registry_topic.ts";
import type { Topic } from "./topics.ts";

/**
 * Writes a page of help that is about no command.
 *
 * @param program Says how help is laid out.
 */
export function topicPage(topic: Topic, program: Command): string {
  switch (topic) {
    case "registry":
      return registryTopic().copyInheritedSettings(program).helpOption(false).helpInformation();
  }
}
