export type NoiseErrorCode =
  | "NOISE_WRONG_TURN"
  | "NOISE_FINISHED"
  | "NOISE_NOT_FINISHED"
  | "NOISE_BAD_LENGTH"
  | "NOISE_BAD_KEY"
  | "NOISE_DECRYPT_FAILED"
  | "NOISE_NONCE_EXHAUSTED"
  | "NOISE_WIPED";

/** A handshake message or call that the state can't take. The state is as it was before. */
export class NoiseError extends Error {
  readonly code: NoiseErrorCode;

  constructor(code: NoiseErrorCode, message: string) {
    super(message);
    this.name = "NoiseError";
    this.code = code;
  }
}
