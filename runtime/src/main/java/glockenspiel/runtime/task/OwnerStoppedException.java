package glockenspiel.runtime.task;

/**
 * Thrown out of {@code await} and {@code pause} when the owner stops: the process ends, or the
 * simulation kills it.
 */
public final class OwnerStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An owner of this name has stopped. */
  public OwnerStoppedException(String owner) {
    super("owner=" + owner + " has stopped", null, false, false);
  }
}
