/** An error that its reader mends without reading the code: its message says all, so that no stack is printed beside it. */
export class UserError extends Error {
  public override readonly name = 'UserError';
}
