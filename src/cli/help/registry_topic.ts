import { Command } from "commander";
import { REACHING } from "../../options/registry.ts";
import { declareOptions } from "../declare_options.ts";
import { withExamples } from "./examples.ts";

/** Declares the page of help about the flags of every command that talks to a registry. It is no command. */
export function registryTopic(): Command {
  const command = new Command("gantry")
    .description(
      "How every command reaches a registry. Credentials are looked for in this order: --creds or --username with " +
        "--password-stdin, GANTRY_USERNAME and GANTRY_PASSWORD, the file of --registry-config alone, " +
        "DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE, and then the files and credential helpers of Docker and Podman. " +
        "Hosts of the loopback interface are spoken to without TLS. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY " +
        "count, and so do SSL_CERT_FILE and SSL_CERT_DIR.",
    )
    .usage("COMMAND [flags]");
  declareOptions(command, REACHING, { heading: "Registry:" });
  return withExamples(command, [
    [
      "Credentials for one command",
      'echo "$TOKEN" | gantry push ./deploy oci://ghcr.io/acme/app --version 2.0.0 -u acme --password-stdin',
    ],
    [
      "A registry with a certificate of your own authority",
      "gantry list oci://registry.site/acme/app --ca-file ./ca.pem",
    ],
    ["A registry without TLS that is not on this machine", "gantry list oci://registry.site/acme/app --plain-http"],
  ]);
}
