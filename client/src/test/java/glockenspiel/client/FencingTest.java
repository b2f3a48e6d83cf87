package glockenspiel.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.LockMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fencing number against a database, as the page shows it. */
@Timeout(60)
class FencingTest {
  private static final Path PAGE = Path.of("..", "docs", "application-locks.md");
  private static final Path EXAMPLE =
      Path.of("src", "test", "java", "glockenspiel", "client", "Shop.java");

  /** What the page leaves out ends here. */
  private static final String FIRST = "private Shop() {}\n\n";

  @Test
  void aStaleHolderIsRefused() throws Exception {
    try (Connection database = DriverManager.getConnection("jdbc:h2:mem:shop");
        Cluster cluster = new Cluster(4_000)) {
      Shop.create(database);
      LockClient stale = cluster.connect("stale");
      LockClient other = cluster.connect("other");
      Lock lock = stale.lock("stock/bells", LockMode.EX);
      int pieces = Shop.piecesOf(database, "bells");

      // The first one stands still here, until its lease is over and another one has the lock.
      cluster.evict("stale");
      Shop.sell(other, database, "bells");

      assertFalse(lock.isValid());
      assertThrows(
          IllegalStateException.class,
          () -> Shop.setPieces(database, "bells", pieces - 1, lock.fencingNumber()));
      assertEquals(9, Shop.piecesOf(database, "bells"));
      Shop.sell(other, database, "bells");
      assertEquals(8, Shop.piecesOf(database, "bells"));
    }
  }

  @Test
  void thePageShowsThisCode() throws Exception {
    String example = Files.readString(EXAMPLE);
    String shown =
        example
            .substring(example.indexOf(FIRST) + FIRST.length(), example.lastIndexOf('}'))
            .stripTrailing()
            .indent(-2);
    assertTrue(Files.readString(PAGE).contains(shown), "docs/application-locks.md is older");
  }
}
