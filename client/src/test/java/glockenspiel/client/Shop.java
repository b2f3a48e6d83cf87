package glockenspiel.client;

import glockenspiel.protocol.lock.LockMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The example of {@code docs/application-locks.md}, which has this file from its first method on.
 */
final class Shop {
  private Shop() {}

  /**
   * Once: each row that a lock protects remembers the greatest fencing number that has written it.
   */
  static void create(Connection database) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(
          "CREATE TABLE stock (item VARCHAR(64) PRIMARY KEY, pieces INT, fence BIGINT)");
      statement.execute("INSERT INTO stock VALUES ('bells', 10, 0)");
    }
  }

  /** Sells a piece, under the lock of its item. */
  static void sell(LockClient locks, Connection database, String item) throws Exception {
    try (Lock lock = locks.lock("stock/" + item, LockMode.EX)) {
      int pieces = piecesOf(database, item);
      // Whatever takes long stands here: a payment, a pause of the whole process.
      setPieces(database, item, pieces - 1, lock.fencingNumber());
    }
  }

  static int piecesOf(Connection database, String item) throws SQLException {
    try (PreparedStatement query =
        database.prepareStatement("SELECT pieces FROM stock WHERE item = ?")) {
      query.setString(1, item);
      var rows = query.executeQuery();
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Writes, unless somebody with a newer grant of the lock has written. */
  static void setPieces(Connection database, String item, int pieces, long fence)
      throws SQLException {
    try (PreparedStatement update =
        database.prepareStatement(
            "UPDATE stock SET pieces = ?, fence = ? WHERE item = ? AND fence <= ?")) {
      update.setInt(1, pieces);
      update.setLong(2, fence);
      update.setString(3, item);
      update.setLong(4, fence);
      if (update.executeUpdate() == 0) {
        throw new IllegalStateException("the lock of " + item + " has had a newer holder");
      }
    }
  }
}
