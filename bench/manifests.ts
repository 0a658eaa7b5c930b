/** Kubernetes manifests as people write them: much that repeats, and digests, names and numbers that do not. */

const KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Job"] as const;
const APPS = "api auth billing cache catalog checkout gateway ingest mailer metrics orders search session worker".split(
  " ",
);
const VARIABLES = "LOG_LEVEL DATABASE_URL CACHE_HOST QUEUE_NAME REGION TIMEOUT RETRIES FEATURES TRACE_SAMPLING PORT"
  .split(" ");

/**
 * Some manifests in one file.
 *
 * @param seed Decides what is in it: the same seed gives the same bytes on every machine.
 * @param size At least so many bytes; a manifest is never cut.
 */
export function manifests(seed: number, size: number): string {
  const next = randomNumbers(seed);
  let text = "";
  while (text.length < size) text += manifest(next);
  return text;
}

function manifest(next: () => number): string {
  const pick = (words: readonly string[]): string => words[next() % words.length] ?? "";
  const app = `${pick(APPS)}-${next() % 100}`;
  const variables = Array.from({ length: 4 + next() % 8 }, () =>
    `            - name: ${pick(VARIABLES)}
              value: "${pick(APPS)}-${next() % 10000}"
`);
  return `---
apiVersion: apps/v1
kind: ${pick(KINDS)}
metadata:
  name: ${app}
  namespace: ${pick(APPS)}
  labels:
    app.kubernetes.io/name: ${app}
    app.kubernetes.io/version: "${next() % 10}.${next() % 30}.${next() % 20}"
spec:
  replicas: ${1 + next() % 9}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${app}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${app}
    spec:
      containers:
        - name: ${app}
          image: registry.example.com/${pick(APPS)}/${app}@sha256:${digest(next)}
          ports:
            - containerPort: ${1024 + next() % 60000}
          env:
${variables.join("")}          resources:
            requests:
              cpu: ${10 * (1 + next() % 100)}m
              memory: ${16 * (1 + next() % 64)}Mi
`;
}

function digest(next: () => number): string {
  return Array.from({ length: 16 }, () => (next() & 0xffff).toString(16).padStart(4, "0")).join("");
}

/** xorshift32: whole numbers of 31 bits. */
function randomNumbers(seed: number): () => number {
  let state = seed * 2654435761 | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}
