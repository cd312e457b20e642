/** Something that a profile asks to be done can't be done; its message is shown behind what it was. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly code = "action-missed";
}
