package glockenspiel.runtime.config;

/**
 * The configuration cannot be used. The message is one sentence that names the key, where its value
 * came from, and what is expected.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** It cannot be used as the message says. */
  public ConfigurationException(String message) {
    super(message);
  }
}
