package glockenspiel.cli.soak;

import java.util.List;
import java.util.Map;

/**
 * How a soak has ended.
 *
 * @param verdict OK or BROKEN
 * @param rounds rounds that were begun
 * @param disturbances how often there was each
 * @param operations of clients that ended well
 * @param sectors read back as they must be
 * @param durable of these, sectors of disturbed nodes that had been acknowledged as durable
 * @param violations what is not as it must be
 * @param imageCheck our check of the image at the end: clean, or what is wrong
 * @param fsck what fsck.gfs2 says: clean, not-installed, or what is wrong
 */
record SoakReport(
    String verdict,
    long seed,
    int rounds,
    long millis,
    Map<String, Integer> disturbances,
    long operations,
    long sectors,
    long durable,
    List<String> violations,
    String imageCheck,
    String fsck) {
  boolean isOk() {
    return "OK".equals(verdict);
  }
}
