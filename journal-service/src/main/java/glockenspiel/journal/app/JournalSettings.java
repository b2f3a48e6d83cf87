package glockenspiel.journal.app;

import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.ConfigurationException;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a journal-service can be told.
 *
 * @param listen where nodes and operators reach it
 * @param images the image files or block devices of its volumes; one or more
 * @param directIo whether the images are read and written past the page cache
 * @param security of its port
 */
public record JournalSettings(
    HostPort listen, List<Path> images, boolean directIo, TransportSecurity security) {
  /** Where a journal-service listens unless it is told otherwise. */
  public static final HostPort LISTEN = new HostPort("127.0.0.1", 7102);

  /** Checks and copies the list. */
  public JournalSettings {
    images = List.copyOf(images);
    if (images.isEmpty()) {
      throw new ConfigurationException("image is missing: a journal-service needs one or more");
    }
  }

  /** Settings of a journal-service that uses the page cache. */
  public JournalSettings(HostPort listen, List<Path> images, TransportSecurity security) {
    this(listen, images, false, security);
  }

  /**
   * Reads the keys {@code listen}, {@code image} (several are separated by commas), {@code
   * direct-io}, and those of {@link TransportSecurity#of}.
   */
  public static JournalSettings of(Configuration configuration) {
    return new JournalSettings(
        configuration.hostPort("listen", LISTEN),
        Arrays.stream(configuration.requiredText("image").split(",", -1))
            .map(name -> Path.of(name.strip()))
            .toList(),
        configuration.flag("direct-io", false),
        TransportSecurity.of(configuration));
  }
}
