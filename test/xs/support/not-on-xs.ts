/** Thrown by a test that cannot run on XS, in place of an outcome. */

export class NotOnXs extends Error {
  override readonly name = "NotOnXs";
}
