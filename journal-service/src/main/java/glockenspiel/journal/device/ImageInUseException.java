package glockenspiel.journal.device;

import java.io.IOException;

/**
 * Somebody else has the image open: two writers would destroy it. The message says who, and what to
 * do.
 */
public final class ImageInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The image is in use as the message says. */
  public ImageInUseException(String message) {
    super(message);
  }
}
