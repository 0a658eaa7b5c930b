/** What a push did. */
export interface Pushed {
  /** Whether the content was there before, so that nothing had to be sent. */
  readonly existed: boolean;
  /** Bytes of content that were sent, retries included. */
  readonly bytesSent: number;
  /** The subject of the manifest, when the registry says that it has listed it as a referrer. */
  readonly subject?: string;
}
